import type { Conversation } from '../../../src/projections/model.ts';
import { useImageJobs, useSelf } from '../../hooks/useDarkroom.ts';
import { selectActivity } from '../../stores/imageJobsStore.ts';
import { routeTo } from '../../stores/route.ts';
import { conversationTitle } from '../../text/conversation.ts';
import { shortWhen } from '../../text/format.ts';

const activityText = { drawing: 'A picture is being drawn', waiting: 'A picture waits' } as const;

export const ConversationItem = ({
  conversation,
  selected,
  onSelect,
}: {
  readonly conversation: Conversation;
  readonly selected: boolean;
  readonly onSelect: () => void;
}) => {
  const self = useSelf();
  const activity = useImageJobs(selectActivity(conversation.conversationId, self.id));
  return (
    <li>
      <a
        className="conversation-item"
        data-testid="conversation-item"
        data-conversation-id={conversation.conversationId}
        href={routeTo(conversation.conversationId)}
        aria-current={selected ? 'page' : undefined}
        onClick={onSelect}
      >
        <span className="conversation-item-title" dir="auto">
          {conversationTitle(conversation, self.id)}
        </span>
        {activity !== null && (
          <span className={`activity activity-${activity}`} title={activityText[activity]}>
            <span className="visually-hidden">{activityText[activity]}</span>
          </span>
        )}
        <span className="conversation-item-detail">
          {shortWhen(conversation.lastActivityAt)}
          {conversation.participants.length > 1 && ` · ${conversation.participants.length} people`}
        </span>
      </a>
    </li>
  );
};
