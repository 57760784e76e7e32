import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom, useSelf } from '../../hooks/useDarkroom.ts';
import { go } from '../../stores/route.ts';
import { IconButton } from '../ui/IconButton.tsx';
import { Mark } from '../ui/Mark.tsx';
import { QueueNotice } from './QueueNotice.tsx';
import { Suggestions } from './Suggestions.tsx';

/** What is shown while no conversation is open. */
export const Home = ({ onOpenDrawer }: { readonly onOpenDrawer: () => void }) => {
  const { client, composer } = useDarkroom();
  const self = useSelf();
  const { busy, run } = useAction('The conversation was not started');
  const start = (prompt: string): void => {
    run(async () => {
      const { conversation } = await client.api.startConversation({});
      composer.getState().suggest(conversation.conversationId, prompt);
      go(conversation.conversationId);
    });
  };
  return (
    <div className="home">
      <header className="home-bar">
        <IconButton
          icon="menu"
          label="Show the conversations"
          className="drawer-button"
          onClick={onOpenDrawer}
        />
      </header>
      <QueueNotice />
      <div className="hero">
        <Mark size={56} />
        <h1>What would you like to see, {self.name}?</h1>
        <p>Start with one of these, or open a conversation from the list.</p>
        <Suggestions disabled={busy} onChoose={start} />
      </div>
    </div>
  );
};
