import type { ConversationSubscription } from '../../../src/client/client.ts';
import type { ConversationId } from '../../../src/events/ids.ts';
import { useConversationSubscription } from '../../hooks/useDarkroom.ts';
import { useObservable } from '../../hooks/useObservable.ts';
import { Composer } from '../composer/Composer.tsx';
import { ConversationHeader } from './ConversationHeader.tsx';
import { Gone } from './Gone.tsx';
import { MessageList } from './MessageList.tsx';
import { QueueNotice } from './QueueNotice.tsx';
import { ThreadSkeleton } from './ThreadSkeleton.tsx';

interface Props {
  readonly id: ConversationId;
  readonly onOpenDrawer: () => void;
}

export const ConversationPage = ({ id, onOpenDrawer }: Props) => {
  const subscription = useConversationSubscription(id);
  if (subscription === null) return <ThreadSkeleton />;
  return <OpenConversation id={id} subscription={subscription} onOpenDrawer={onOpenDrawer} />;
};

const OpenConversation = ({
  id,
  subscription,
  onOpenDrawer,
}: Props & { readonly subscription: ConversationSubscription }) => {
  const { conversation, messages, hasOlder, view } = useObservable(subscription);
  if (view === 'not_found') return <Gone why="not_found" onOpenDrawer={onOpenDrawer} />;
  if (view === 'lost') return <Gone why="lost" onOpenDrawer={onOpenDrawer} />;
  if (conversation === null) return <ThreadSkeleton />;
  return (
    <section className="conversation" aria-label="Conversation" data-view={view}>
      <ConversationHeader conversation={conversation} view={view} onOpenDrawer={onOpenDrawer} />
      <QueueNotice />
      <MessageList
        conversation={conversation}
        messages={messages}
        hasOlder={hasOlder}
        onOlder={() => subscription.loadOlder()}
      />
      <Composer conversationId={id} conversation={conversation} isFirst={messages.length === 0} />
    </section>
  );
};
