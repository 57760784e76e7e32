import './zodWithoutEval.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { connect, signIn, webStorage } from '../src/client/index.ts';
import { App } from './App.tsx';
import type { Gateway } from './gateway.ts';

const gateway: Gateway = {
  signIn: (name, roles) => signIn(location.origin, name, roles),
  connect: (session) =>
    connect({
      url: location.origin,
      session,
      outboxStorage: webStorage('localStorage'),
      onStorageTrouble: (cause) => console.info('Darkroom: this browser keeps no unsent messages.', cause),
    }),
};

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element #root to be drawn into.');
createRoot(root).render(
  <StrictMode>
    <App gateway={gateway} />
  </StrictMode>,
);
