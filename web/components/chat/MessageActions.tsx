import { useState } from 'react';
import type { Message } from '../../../src/projections/model.ts';
import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom } from '../../hooks/useDarkroom.ts';
import { favouritePatch, isFavourite } from '../../text/metadata.ts';
import { HistoryButton } from '../history/HistoryButton.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { IconButton } from '../ui/IconButton.tsx';

export const MessageActions = ({
  message,
  mayChange,
  onEdit,
  onTag,
}: {
  readonly message: Message;
  readonly mayChange: boolean;
  readonly onEdit: () => void;
  readonly onTag: () => void;
}) => {
  const { client } = useDarkroom();
  const star = useAction('The favourite was not changed');
  const removal = useAction('The message was not removed');
  const [confirming, setConfirming] = useState(false);
  const favourite = isFavourite(message.metadata);
  return (
    <div className={favourite ? 'message-actions has-favourite' : 'message-actions'}>
      <IconButton
        icon="star"
        size={16}
        label="Favourite, for everybody here"
        data-testid="favourite"
        className={favourite ? 'favourite on' : 'favourite'}
        filled={favourite}
        aria-pressed={favourite}
        disabled={star.busy}
        onClick={() =>
          star.run(() => client.api.mergeMetadata(message.messageId, favouritePatch(!favourite)))
        }
      />
      <IconButton icon="tag" size={16} label="Add a tag" data-testid="add-tag" onClick={onTag} />
      <HistoryButton of={{ kind: 'message', id: message.messageId }} position={message.position} />
      {mayChange && (
        <>
          <IconButton icon="pencil" size={16} label="Edit" data-testid="edit-message" onClick={onEdit} />
          <IconButton
            icon="trash"
            size={16}
            label="Remove"
            data-testid="remove-message"
            onClick={() => setConfirming(true)}
          />
        </>
      )}
      {confirming && (
        <Dialog title="Remove this message?" onClose={() => setConfirming(false)}>
          <p>
            Its text and its pictures are no longer shown to anybody. A picture that is still being drawn is
            cancelled.
          </p>
          <div className="dialog-actions">
            <button type="button" className="button" onClick={() => setConfirming(false)}>
              Keep it
            </button>
            <button
              type="button"
              className="button button-danger"
              data-testid="confirm-remove"
              disabled={removal.busy}
              onClick={async () => {
                if (await removal.run(() => client.api.removeMessage(message.messageId)))
                  setConfirming(false);
              }}
            >
              Remove
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
};
