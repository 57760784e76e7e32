import type { CSSProperties } from 'react';
import { hueOf, initials } from '../../text/format.ts';

export const Avatar = ({
  id,
  name,
  small = false,
}: {
  readonly id: string;
  readonly name: string;
  readonly small?: boolean;
}) => (
  <span
    className={small ? 'avatar avatar-small' : 'avatar'}
    style={{ '--hue': hueOf(id) } as CSSProperties}
    title={name}
    aria-hidden="true"
  >
    {initials(name)}
  </span>
);
