import type { JWTVerifyGetKey } from 'jose';
import { type Logger, pino } from 'pino';
import { createJwtAuthentication } from '../../src/api/authenticationJwt.ts';
import type { JwtSettings } from '../../src/settings/signIn.ts';
import { openDeliveryServer } from './deliveryServer.ts';
import { openHttpServer } from './httpServer.ts';
import { audience, issuer } from './identityProvider.ts';

const trusting: Omit<JwtSettings, 'keys'> = {
  ...{ issuer, audience, algorithms: ['RS256'], clockTolerance: 0, rolesClaim: 'roles' },
};

/** HTTP and sockets in `jwt` mode over the same log, with all that they have logged. */
export const openJwtServers = async (
  keysOf: (logger: Logger) => JWTVerifyGetKey,
  trust: Partial<typeof trusting> = {},
) => {
  const lines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line) => void lines.push(line) });
  const now = (): Date => new Date();
  const authentication = createJwtAuthentication({ ...trusting, ...trust, keyOf: keysOf(logger), now });
  const http = await openHttpServer(({ config }) => ({
    ...{ authentication, logger, now, sessions: null },
    config: { ...config, AUTH_MODE: 'jwt' },
  }));
  const { log, readModel } = http;
  const config = { AUTH_MODE: 'jwt' as const };
  const sockets = await openDeliveryServer({ log, readModel, authentication, logger, config });
  return {
    http,
    sockets,
    authentication,
    lines,
    /** What a call with this token is answered with. */
    async call(token: string) {
      const { status, body, headers } = await http.call('GET', '/api/v1/jobs', { token });
      return { status, code: body.code, detail: body.detail, retryAfter: headers.get('Retry-After') };
    },
    /** What a handshake with this token is answered with: a welcome, or the code of a refusal. */
    async shake(token: string): Promise<unknown> {
      const client = sockets.connect(token);
      const answer = await client.until(() => client.other('welcome') ?? client.other('connect_error'));
      client.close();
      return 'serverTime' in answer ? 'welcome' : answer.code;
    },
    async close(): Promise<void> {
      await sockets.close();
      await http.close();
    },
  };
};

export type JwtServers = Awaited<ReturnType<typeof openJwtServers>>;
