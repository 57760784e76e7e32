import { createRoot } from 'react-dom/client';
import '../../../web/styles/index.css';
import { App } from '../../../web/App.tsx';
import type { Gateway } from '../../../web/gateway.ts';
import { routeTo } from '../../../web/stores/route.ts';
import { useSession } from '../../../web/stores/sessionStore.ts';
import { createFakeClient, type FakeClient, fakeSession } from '../fakeClient.ts';
import { paint } from './paint.ts';
import { scenes } from './scenes.ts';

/** `?scene=queue` shows that scene; without one the sign-in. */
const query = new URLSearchParams(location.search);
const name = query.get('scene');
const session = fakeSession('Ada Lovelace', query.has('operator') ? ['user', 'operator'] : ['user']);
const client: FakeClient = createFakeClient({ session, startAt: Date.now() - 120_000, bytesOf: paint });
const scene = name === null ? null : scenes[name]?.(client);
if (scene !== null && scene !== undefined) {
  client.script.pass(0);
  location.hash = routeTo(scene.open);
  useSession.setState({ session });
} else useSession.setState({ session: null });

const root = document.getElementById('root');
if (root === null) throw new Error('no root');
const gateway: Gateway = {
  signIn: async () => session,
  signInWithToken: async () => session,
  signInMode: async () => 'local',
  connect: () => client,
};
createRoot(root).render(<App gateway={gateway} />);
scene?.later?.();
Object.assign(window, { client });
