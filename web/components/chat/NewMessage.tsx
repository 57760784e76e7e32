import { useRef } from 'react';
import type { Message } from '../../../src/projections/model.ts';
import { useSelf } from '../../hooks/useDarkroom.ts';

/** Reads out what others write while the conversation is open; not what was there before. */
export const NewMessage = ({ last }: { readonly last: Message | undefined }) => {
  const self = useSelf();
  const before = useRef(last?.messageId);
  const news = last !== undefined && last.messageId !== before.current && last.author.id !== self.id;
  return (
    <p className="visually-hidden" role="status">
      {news && `${last.author.name}: ${last.text}`}
    </p>
  );
};
