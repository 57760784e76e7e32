import { useEffect, useState } from 'react';
import { useDarkroom, useImageJobs, useIsOperator, useSelf } from '../hooks/useDarkroom.ts';
import { useObservable } from '../hooks/useObservable.ts';
import { activeJobsOf } from '../stores/imageJobsStore.ts';
import { type Route, useRoute } from '../stores/route.ts';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { ConversationPage } from './chat/ConversationPage.tsx';
import { Home } from './chat/Home.tsx';
import { QueuePage } from './queue/QueuePage.tsx';
import { Sidebar } from './sidebar/Sidebar.tsx';

const useTitle = (): void => {
  const self = useSelf();
  const active = useImageJobs((state) => activeJobsOf(state, self.id).length);
  useEffect(() => {
    document.title = active > 0 ? `(${active}) Darkroom` : 'Darkroom';
  }, [active]);
};

export const Workspace = () => {
  const { client } = useDarkroom();
  const connection = useObservable(client.connection);
  const route = useRoute();
  const operator = useIsOperator();
  const [drawer, setDrawer] = useState(false);
  useTitle();

  // Going somewhere closes the drawer that one went there from.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the going that counts
  useEffect(() => setDrawer(false), [route]);

  useEffect(() => {
    if (!drawer) return;
    const onEscape = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') setDrawer(false);
    };
    document.addEventListener('keydown', onEscape);
    return () => document.removeEventListener('keydown', onEscape);
  }, [drawer]);

  return (
    <div className="workspace" data-drawer={drawer ? 'open' : 'closed'}>
      <button type="button" className="skip-link" onClick={skip}>
        Skip to the conversation
      </button>
      <Sidebar selected={route} drawerOpen={drawer} onLeave={() => setDrawer(false)} />
      <button
        type="button"
        className="scrim"
        aria-label="Close the list of conversations"
        tabIndex={-1}
        onClick={() => setDrawer(false)}
      />
      <main id="main" className="main" tabIndex={-1}>
        <ConnectionBanner state={connection} />
        <Place route={route === 'queue' && !operator ? null : route} onOpenDrawer={() => setDrawer(true)} />
      </main>
    </div>
  );
};

const Place = ({ route, onOpenDrawer }: { readonly route: Route; readonly onOpenDrawer: () => void }) => {
  if (route === null) return <Home onOpenDrawer={onOpenDrawer} />;
  if (route === 'queue') return <QueuePage onOpenDrawer={onOpenDrawer} />;
  return <ConversationPage key={route} id={route} onOpenDrawer={onOpenDrawer} />;
};

const skip = (): void => document.getElementById('main')?.focus();
