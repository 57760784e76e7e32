import { useComposer, useDarkroom, useSelf } from '../../hooks/useDarkroom.ts';
import type { Outgoing } from '../../stores/outboxStore.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Icon } from '../ui/Icon.tsx';
import { MessageText } from './MessageText.tsx';

/** A message that is on its way, or didn't get there. */
export const PendingMessage = ({ entry }: { readonly entry: Outgoing }) => {
  const { outbox } = useDarkroom();
  const self = useSelf();
  const suggest = useComposer((state) => state.write);
  const { messageId, conversationId, text, state, problem } = entry;
  return (
    <article
      className={`message message-${state}`}
      data-testid="message-pending"
      aria-label="Message being sent"
    >
      <Avatar id={self.id} name={self.name} />
      <div className="message-body">
        <header className="message-header">
          <span className="message-author">{self.name}</span>
          <span className="message-time">{state === 'sending' ? 'Sending…' : 'Not sent'}</span>
        </header>
        <MessageText text={text} />
        {problem !== null && (
          <div className="notice notice-problem" role="alert">
            <Icon name="alert" />
            <div>
              <strong>{problem.title}</strong>
              <p>{problem.detail}</p>
              {problem.reference && (
                <p className="reference">
                  Reference <code>{problem.reference}</code>
                </p>
              )}
              <div className="notice-actions">
                <button
                  type="button"
                  className="button button-small button-primary"
                  onClick={() => outbox.resend(messageId)}
                >
                  Send again
                </button>
                <button
                  type="button"
                  className="button button-small"
                  onClick={() => {
                    suggest(conversationId, text);
                    outbox.discard(messageId);
                  }}
                >
                  Change it
                </button>
              </div>
            </div>
          </div>
        )}
      </div>
    </article>
  );
};
