import { useState } from 'react';
import type { Message } from '../../../src/projections/model.ts';
import { IconButton } from '../ui/IconButton.tsx';
import { HistoryDrawer } from './HistoryDrawer.tsx';

/** Opens what happened to a message and to its pictures. */
export const HistoryButton = ({ message }: { readonly message: Message }) => {
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton
        icon="history"
        size={16}
        label="History"
        aria-haspopup="dialog"
        data-testid="message-history"
        onClick={() => setOpen(true)}
      />
      {open && <HistoryDrawer message={message} onClose={() => setOpen(false)} />}
    </>
  );
};
