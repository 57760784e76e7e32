import { useEffect } from 'react';
import { ApiProblem } from '../../src/client/client.ts';
import type { Gateway } from '../gateway.ts';
import { useSession } from '../stores/sessionStore.ts';
import { useToasts } from '../stores/toastStore.ts';

/** The token of `#token=…`; taken out of the address and its history before anything is done with it. */
const takeToken = (): string | null => {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token !== null) history.replaceState(null, '', `${location.pathname}${location.search}`);
  return token;
};

/**
 * An application that has signed a person in hands their token over as `#token=…`: what is behind `#`
 * reaches no server and no log. It may come again while the page is open, for another person too; so it
 * takes the place of whoever was signed in, and the page says who it is now.
 */
export const useHandedToken = (gateway: Gateway): void => {
  useEffect(() => {
    const { note, problem } = useToasts.getState();
    const signIn = async (token: string): Promise<void> => {
      try {
        const session = await gateway.signInWithToken(token);
        useSession.getState().signedIn(session);
        note(`You are signed in as ${session.user.name}`);
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 401) useSession.getState().signOut();
        problem(error, 'Signing in did not work');
      }
    };
    const take = (): void => {
      const token = takeToken();
      if (token !== null) void signIn(token);
    };
    take();
    addEventListener('hashchange', take);
    return () => removeEventListener('hashchange', take);
  }, [gateway]);
};
