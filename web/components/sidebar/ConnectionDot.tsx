import type { ConnectionState } from '../../../src/client/client.ts';

const words: Record<ConnectionState, string> = {
  connecting: 'Connecting',
  connected: 'Live',
  reconnecting: 'Reconnecting',
  offline: 'Offline',
};

export const ConnectionDot = ({ state }: { readonly state: ConnectionState }) => (
  <span className={`connection connection-${state}`} data-testid="connection-state" data-state={state}>
    {words[state]}
  </span>
);
