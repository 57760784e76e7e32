import type { ConnectionState } from '../../src/client/client.ts';
import { useSession } from '../stores/sessionStore.ts';
import { Icon } from './ui/Icon.tsx';

/** Says that the connection is gone; the style sheet holds it back for a moment, for most gaps are short. */
export const ConnectionBanner = ({ state }: { readonly state: ConnectionState }) => {
  const signOut = useSession((session) => session.signOut);
  if (state === 'connected' || state === 'connecting') return null;
  return (
    <div className={`banner banner-${state}`} role="status">
      <Icon name="offline" size={16} />
      {state === 'reconnecting' ? (
        <span>The connection was lost. Reconnecting; nothing that happens meanwhile is missed.</span>
      ) : (
        <>
          <span>You are offline: this sign-in is no longer accepted.</span>
          <button type="button" className="button button-small" onClick={signOut}>
            Sign in again
          </button>
        </>
      )}
    </div>
  );
};
