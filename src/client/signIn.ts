import type { Session } from './client.ts';
import { createHttp } from './http.ts';

const httpAs = (url: string, token: string | null) =>
  createHttp({ url, token: () => token, closed: new AbortController().signal });

/** Signs in by name, where the server is in local mode; the same name is the same person. */
export const signIn = (baseUrl: string, name: string, roles?: readonly string[]): Promise<Session> => {
  const http = httpAs(baseUrl, null);
  const body = roles === undefined ? { name } : { name, roles };
  return http.json<Session>({ method: 'POST', path: '/sessions', body });
};

/** By what people sign in there: by a name alone, or by a token of an identity provider. */
export const signInMode = async (baseUrl: string): Promise<'local' | 'jwt'> => {
  const { mode } = await httpAs(baseUrl, null).json<{ mode: 'local' | 'jwt' }>({
    method: 'GET',
    path: '/sign-in',
  });
  return mode;
};

/** Signs in with a token of an identity provider; the server says whose it is, and whether it is good. */
export const signInWithToken = async (baseUrl: string, token: string): Promise<Session> => {
  const { user } = await httpAs(baseUrl, token).json<Pick<Session, 'user'>>({ method: 'GET', path: '/me' });
  return { token, user };
};
