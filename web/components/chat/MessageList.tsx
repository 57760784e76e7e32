import { Fragment, useEffect, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import type { Conversation, Message } from '../../../src/projections/model.ts';
import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom } from '../../hooks/useDarkroom.ts';
import { useStickToEnd } from '../../hooks/useStickToEnd.ts';
import { linesOf } from '../../text/thread.ts';
import { Icon } from '../ui/Icon.tsx';
import { EmptyConversation } from './EmptyConversation.tsx';
import { MessageRow } from './MessageRow.tsx';
import { NewMessage } from './NewMessage.tsx';
import { PendingMessage } from './PendingMessage.tsx';

export const MessageList = ({
  conversation,
  messages,
  hasOlder,
  onOlder,
}: {
  readonly conversation: Conversation;
  readonly messages: readonly Message[];
  readonly hasOlder: boolean;
  readonly onOlder: () => Promise<void>;
}) => {
  const { outbox } = useDarkroom();
  const list = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const outgoing = useStore(outbox.store, (state) => state.entries);
  const older = useAction('The older messages could not be loaded');

  useEffect(() => outbox.arrived(new Set(messages.map(({ messageId }) => messageId))), [outbox, messages]);

  const pending = outgoing.filter(
    (entry) =>
      entry.conversationId === conversation.conversationId &&
      !messages.some(({ messageId }) => messageId === entry.messageId),
  );
  const lines = useMemo(() => linesOf(messages, new Date()), [messages]);
  const { unseen, toEnd, onScroll } = useStickToEnd(
    list,
    content,
    messages[0]?.messageId,
    pending.at(-1)?.messageId ?? messages.at(-1)?.messageId,
    pending.length > 0,
  );

  return (
    <div className="thread-area">
      <div
        className="thread"
        ref={list}
        onScroll={onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reached by keyboard
        tabIndex={0}
        role="log"
        aria-label="Messages"
        aria-live="off"
      >
        <div className="thread-content" ref={content}>
          {hasOlder && (
            <button
              type="button"
              className="button button-small older"
              disabled={older.busy}
              onClick={() => older.run(onOlder)}
            >
              {older.busy ? 'Loading…' : 'Show older messages'}
            </button>
          )}
          {lines.length === 0 && pending.length === 0 && <EmptyConversation conversation={conversation} />}
          {lines.map(({ message, day, follows }) => (
            <Fragment key={message.messageId}>
              {day !== null && (
                <div className="day">
                  <span>{day}</span>
                </div>
              )}
              <MessageRow message={message} follows={follows} readOnly={conversation.archivedAt !== null} />
            </Fragment>
          ))}
          {pending.map((entry) => (
            <PendingMessage key={entry.messageId} entry={entry} />
          ))}
        </div>
      </div>
      <NewMessage last={messages.at(-1)} />
      {unseen && (
        <button type="button" className="to-end" onClick={toEnd}>
          <Icon name="down" size={16} />
          Newest messages
        </button>
      )}
    </div>
  );
};
