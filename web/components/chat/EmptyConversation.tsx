import type { Conversation } from '../../../src/projections/model.ts';
import { useDarkroom } from '../../hooks/useDarkroom.ts';
import { Mark } from '../ui/Mark.tsx';
import { Suggestions } from './Suggestions.tsx';

export const EmptyConversation = ({ conversation }: { readonly conversation: Conversation }) => {
  const { composer } = useDarkroom();
  if (conversation.archivedAt !== null)
    return <p className="thread-note">Nothing was said here before it was archived.</p>;
  return (
    <div className="hero hero-thread" data-testid="empty-conversation">
      <Mark size={48} />
      <h2>Say what you would like to see</h2>
      <p>Words in, pictures out. Everybody in this conversation watches them appear.</p>
      <Suggestions onChoose={(prompt) => composer.getState().suggest(conversation.conversationId, prompt)} />
    </div>
  );
};
