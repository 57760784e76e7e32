import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const issuer = 'https://identity.example';
export const audience = 'darkroom-of-tests';

/** What a token says besides what every token says. */
export type Claims = Readonly<Record<string, unknown>>;

/** Seconds since 1970, so far ahead. */
export const inSeconds = (ahead: number): number => Math.floor(Date.now() / 1000) + ahead;

export const claimsOf = (claims: Claims = {}): Record<string, unknown> => ({
  ...{ iss: issuer, aud: audience, sub: 'ada', name: 'Ada', roles: ['user'] },
  ...{ iat: inSeconds(-1), exp: inSeconds(3600) },
  ...claims,
});

export interface SigningKey {
  readonly alg: string;
  readonly key: CryptoKey | Uint8Array;
  readonly kid?: string;
}

/** A token as an identity provider makes them; a claim that is `undefined` isn't in it. */
export const signed = ({ alg, key, kid }: SigningKey, claims: Claims = {}): Promise<string> =>
  new SignJWT(claimsOf(claims))
    .setProtectedHeader({ alg, typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .sign(key);

const makeKey = async (kid: string, alg: string) => {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return {
    alg,
    kid,
    key: privateKey,
    publicKey,
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
  };
};

/** An identity provider with a key set that a test can change, take away, or spoil. */
export const openIdentityProvider = async (alg = 'RS256') => {
  const first = await makeKey('first', alg);
  const state = { keys: [first], asked: 0, answer: 'keys' as 'keys' | 'silence' | 'error' | 'nonsense' };
  const server = createServer((_request, response) => {
    state.asked += 1;
    if (state.answer === 'silence') return;
    if (state.answer === 'error') return void response.writeHead(500).end('out of order');
    const body =
      state.answer === 'nonsense' ? '<html>' : JSON.stringify({ keys: state.keys.map(({ jwk }) => jwk) });
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(body);
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the provider has no address');
    return address.port;
  };
  const port = await listen(0);
  const goAway = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${port}/keys`,
    first,
    state,
    makeKey: (kid: string) => makeKey(kid, alg),
    /** What the key set holds from now on. */
    publish: (...keys: readonly (typeof first)[]): void => {
      state.keys = [...keys];
    },
    goAway,
    comeBack: () => listen(port),
    close: async (): Promise<void> => {
      if (server.listening) await goAway();
    },
  };
};

export type IdentityProvider = Awaited<ReturnType<typeof openIdentityProvider>>;
