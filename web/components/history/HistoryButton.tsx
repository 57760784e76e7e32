import { useState } from 'react';
import type { Position } from '../../../src/events/ids.ts';
import { IconButton } from '../ui/IconButton.tsx';
import { HistoryDrawer } from './HistoryDrawer.tsx';
import type { HistoryOf } from './useHistory.ts';

interface Props {
  readonly of: HistoryOf;
  /** Of the newest event that the page knows of: the history is read up to it. */
  readonly position: Position;
  /** What the drawer is called, and what its button says. */
  readonly title?: string;
}

/** Opens what happened to a message and to its pictures, or to one picture alone. */
export const HistoryButton = ({ of, position, title = 'History' }: Props) => {
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton
        icon="history"
        size={16}
        label={title}
        aria-haspopup="dialog"
        data-testid={`${of.kind}-history`}
        onClick={() => setOpen(true)}
      />
      {open && <HistoryDrawer {...{ of, position, title }} onClose={() => setOpen(false)} />}
    </>
  );
};
