import { isAddressRange } from '../addressRange.ts';
import { list, most, whole } from './values.ts';

/** What a client, a person and an address may ask for. */
export const limitSettings = {
  TICK_MS: whole(100, 600_000).default(15_000).describe('A quiet subscription hears from us this often.'),
  SLOW_CONSUMER_MS: whole(100, 600_000)
    .default(30_000)
    .describe('A client that acknowledges nothing for longer is unsubscribed.'),
  REPLAY_LIMIT: whole(1, 10_000_000).default(100_000).describe('Events a reconnecting client may be behind.'),
  MAX_SUBSCRIPTIONS: whole(1, 10_000).default(100).describe('Subscriptions a connection may have.'),
  MAX_SUBSCRIPTIONS_PER_USER: most.default(1_000).describe('Subscriptions a person may have at one process.'),
  MAX_SUBSCRIPTIONS_PER_ADDRESS: most
    .default(100_000)
    .describe('Subscriptions from one address at one process.'),
  MAX_CONNECTIONS_PER_USER: whole(1, 10_000)
    .default(50)
    .describe('Connections a person may have at one process.'),
  MAX_CONNECTIONS_PER_ADDRESS: most
    .default(10_000)
    .describe('Connections from one address at one process. 0, as of all limits from here on: any number.'),
  RATE_LIMIT_PER_MINUTE: most
    .default(6_000)
    .describe('Requests of a person a minute, at all processes together: see [limits](#limits).'),
  RATE_LIMIT_PER_ADDRESS: most.default(60_000).describe('Requests from one address a minute.'),
  PICTURE_LIMIT_PER_MINUTE: most.default(600).describe('Pictures that a person may ask for in a minute.'),
  PICTURE_LIMIT_PER_ADDRESS: most.default(6_000).describe('Pictures asked for from one address in a minute.'),
  SOCKET_EVENT_LIMIT_PER_MINUTE: most
    .default(6_000)
    .describe('Events that a person’s sockets may send in a minute; acknowledgements don’t count.'),
  SOCKET_EVENT_LIMIT_PER_ADDRESS: most
    .default(60_000)
    .describe('Events that all sockets of one address may send in a minute.'),
  TRUSTED_PROXIES: list
    .refine((ranges) => ranges.every(isAddressRange), 'must name addresses or ranges like 10.0.0.0/8')
    .default([])
    .describe(
      'Proxies whose `X-Forwarded-For` is believed, by commas: addresses, or ranges like `10.0.0.0/8`. Without it all who come through a proxy have its address.',
    ),
};
