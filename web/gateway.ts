import type { DarkroomClient, Session } from '../src/client/client.ts';

/** How the page reaches a server: the client library in the product, a scripted one where it is looked at. */
export interface Gateway {
  signIn(name: string, roles?: readonly string[]): Promise<Session>;
  /** A token of an identity provider, where that is how people sign in. */
  signInWithToken(token: string): Promise<Session>;
  signInMode(): Promise<'local' | 'jwt'>;
  connect(session: Session): DarkroomClient;
}
