import './zodWithoutEval.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { connect, signIn, signInMode, signInWithToken, webStorage } from '../src/client/index.ts';
import { App } from './App.tsx';
import type { Gateway } from './gateway.ts';

const gateway: Gateway = {
  signIn: (name, roles) => signIn(location.origin, name, roles),
  signInWithToken: (token) => signInWithToken(location.origin, token),
  signInMode: () => signInMode(location.origin),
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
