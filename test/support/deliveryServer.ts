import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Logger, pino } from 'pino';
import { type Authentication, SignInRefused } from '../../src/api/authentication.ts';
import { createDelivery, type DeliveryConfig } from '../../src/api/delivery/createDelivery.ts';
import type { DeliveryReadModel } from '../../src/api/delivery/pages.ts';
import { createLimits, type LimitsConfig } from '../../src/api/limits/limits.ts';
import { readConfig } from '../../src/config.ts';
import type { UserId } from '../../src/events/ids.ts';
import type { EventLog } from '../../src/events/log/eventLog.ts';
import { openDeliveryClient } from './deliveryClient.ts';

/** Tokens of tests are `name`, or `name:<ms since 1970 when it expires>`. */
const testAuthentication: Authentication = {
  async verify(token) {
    const [name = '', expires] = token.split(':');
    if (!/^[a-z]+$/.test(name)) throw new SignInRefused('unauthenticated', 'This token is not valid.');
    const expiresAt = expires === undefined ? Date.now() + 3_600_000 : Number(expires);
    if (expiresAt <= Date.now()) throw new SignInRefused('token_expired', 'This token has expired.');
    return { principal: { id: name as UserId, name, roles: ['user'] }, expiresAt };
  },
};

/** No other process shares the limits. */
const unshared = {
  readRecord: async () => null,
  writeRecord: async () => 'written' as const,
};

export type ServerConfig = DeliveryConfig & LimitsConfig;

interface ServerParts {
  readonly log: EventLog;
  readonly readModel: DeliveryReadModel;
  readonly config?: Partial<ServerConfig>;
  readonly now?: () => Date;
  readonly authentication?: Authentication;
  readonly logger?: Logger;
  /** Default: a free one. */
  readonly port?: number;
}

/** Delivery on an HTTP server of its own, as main.ts puts it together. */
export const openDeliveryServer = async (parts: ServerParts) => {
  const { log, readModel, config = {}, now = () => new Date() } = parts;
  const { authentication = testAuthentication, logger = pino({ level: 'silent' }) } = parts;
  const settings = { ...readConfig({}), ...config };
  const delivery = createDelivery({
    config: settings,
    allowance: createLimits({
      config: settings,
      documents: unshared,
      logger,
      now,
      clock: () => performance.now(),
    }),
    log,
    readModel,
    ...{ authentication, logger, now },
  });
  const http = createServer((_, response) => void response.writeHead(404).end());
  delivery.attach(http);
  http.listen(parts.port ?? 0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const clients: ReturnType<typeof openDeliveryClient>[] = [];
  let closed = false;

  return {
    url,
    port,
    delivery,
    connect(token: unknown, options?: Parameters<typeof openDeliveryClient>[2]) {
      const client = openDeliveryClient(url, token, options);
      clients.push(client);
      return client;
    },
    async close(): Promise<void> {
      if (closed) return;
      closed = true;
      await delivery.close();
      for (const client of clients) client.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
};

export type DeliveryServer = Awaited<ReturnType<typeof openDeliveryServer>>;
