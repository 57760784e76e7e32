import { useState } from 'react';
import type { ConversationId } from '../../../src/events/ids.ts';
import { useDarkroom } from '../../hooks/useDarkroom.ts';
import { useObservable } from '../../hooks/useObservable.ts';
import { ConversationItem } from './ConversationItem.tsx';

const Skeleton = () => (
  <div className="list-skeleton" role="status">
    <span className="visually-hidden">Loading your conversations</span>
    {[72, 54, 63, 40].map((width) => (
      <span key={width} className="skeleton" style={{ inlineSize: `${width}%` }} />
    ))}
  </div>
);

export const ConversationList = ({
  selected,
  onSelect,
}: {
  readonly selected: ConversationId | null;
  readonly onSelect: () => void;
}) => {
  const { user } = useDarkroom();
  const { conversations, view } = useObservable(user);
  const [archiveShown, setArchiveShown] = useState(false);
  if (view === 'loading') return <Skeleton />;
  const open = conversations.filter(({ archivedAt }) => archivedAt === null);
  const archived = conversations.filter(({ archivedAt }) => archivedAt !== null);
  return (
    <div className="conversation-list">
      {open.length === 0 && (
        <p className="list-empty">Nothing here yet. Start a conversation, and it stays in this list.</p>
      )}
      <ul>
        {open.map((conversation) => (
          <ConversationItem
            key={conversation.conversationId}
            conversation={conversation}
            selected={conversation.conversationId === selected}
            onSelect={onSelect}
          />
        ))}
      </ul>
      {archived.length > 0 && (
        <details
          className="disclosure archive"
          open={archiveShown || archived.some(({ conversationId }) => conversationId === selected)}
          onToggle={(event) => setArchiveShown(event.currentTarget.open)}
        >
          <summary>Archived · {archived.length}</summary>
          <ul>
            {archived.map((conversation) => (
              <ConversationItem
                key={conversation.conversationId}
                conversation={conversation}
                selected={conversation.conversationId === selected}
                onSelect={onSelect}
              />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
};
