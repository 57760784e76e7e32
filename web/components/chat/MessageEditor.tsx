import { useState } from 'react';
import type { Message } from '../../../src/projections/model.ts';
import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom } from '../../hooks/useDarkroom.ts';

export const MessageEditor = ({
  message,
  onDone,
}: {
  readonly message: Message;
  readonly onDone: () => void;
}) => {
  const { client } = useDarkroom();
  const [text, setText] = useState(message.text);
  const { busy, run } = useAction('The message was not changed');
  const empty = text.trim() === '';
  const save = async (): Promise<void> => {
    if (empty) return;
    if (text === message.text || (await run(() => client.api.editMessage(message.messageId, text)))) onDone();
  };
  return (
    <div className="message-editor">
      <textarea
        className="input"
        dir="auto"
        data-testid="edit-text"
        aria-label="Text of the message"
        value={text}
        maxLength={16_000}
        rows={Math.min(8, text.split('\n').length + 1)}
        // biome-ignore lint/a11y/noAutofocus: the field came because the person asked to edit
        autoFocus
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onDone();
          if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault();
            void save();
          }
        }}
      />
      <div className="editor-actions">
        {message.image !== null && <span className="hint">The picture stays as it was asked for.</span>}
        <button type="button" className="button button-small" onClick={onDone}>
          Cancel
        </button>
        <button
          type="button"
          className="button button-small button-primary"
          data-testid="edit-save"
          disabled={busy || empty}
          onClick={save}
        >
          Save
        </button>
      </div>
    </div>
  );
};
