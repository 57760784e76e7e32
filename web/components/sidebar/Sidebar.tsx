import { useEffect, useState } from 'react';
import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom, useIsOperator } from '../../hooks/useDarkroom.ts';
import { go, type Route } from '../../stores/route.ts';
import { Icon } from '../ui/Icon.tsx';
import { Mark } from '../ui/Mark.tsx';
import { ActiveJobs } from './ActiveJobs.tsx';
import { ConversationList } from './ConversationList.tsx';
import { Profile } from './Profile.tsx';
import { QueueLink } from './QueueLink.tsx';

/** Under this width the list is a drawer; the style sheet says the same. */
const phone = '(max-width: 720px)';

const useIsPhone = (): boolean => {
  const [is, setIs] = useState(() => matchMedia(phone).matches);
  useEffect(() => {
    const query = matchMedia(phone);
    const changed = (): void => setIs(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return is;
};

export const Sidebar = ({
  selected,
  drawerOpen,
  onLeave,
}: {
  readonly selected: Route;
  readonly drawerOpen: boolean;
  readonly onLeave: () => void;
}) => {
  const { client } = useDarkroom();
  const { busy, run } = useAction('The conversation was not started');
  const operator = useIsOperator();
  const closed = useIsPhone() && !drawerOpen;
  const start = (): void => {
    run(async () => {
      const { conversation } = await client.api.startConversation({});
      go(conversation.conversationId);
      onLeave();
    });
  };
  return (
    <nav className="sidebar" aria-label="Conversations" inert={closed}>
      <header className="sidebar-header">
        <a className="wordmark" href="#/">
          <Mark />
          Darkroom
        </a>
      </header>
      <button
        type="button"
        className="new-conversation"
        data-testid="new-conversation"
        disabled={busy}
        onClick={start}
      >
        <Icon name="plus" />
        New conversation
      </button>
      {operator && <QueueLink selected={selected === 'queue'} onSelect={onLeave} />}
      <ConversationList selected={selected === 'queue' ? null : selected} onSelect={onLeave} />
      <ActiveJobs />
      <Profile />
    </nav>
  );
};
