import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import type { DocumentStore } from '../../projections/documents/documentStore.ts';
import { type AddressOf, createAddressOf } from './addressOf.ts';
import { type Buckets, createBuckets, unlimited } from './buckets.ts';
import { createPouring } from './pouring.ts';
import { createTally, type Tally } from './tally.ts';

/** A limit of each person, by their id, and one of each address, which may be that of a whole office. */
export interface Both<Limit> {
  readonly person: Limit;
  readonly address: Limit;
}

/** How much of everything a person and an address may have, over HTTP and sockets together. */
export interface Limits {
  readonly addressOf: AddressOf;
  readonly requests: Both<Buckets>;
  readonly pictures: Both<Buckets>;
  readonly socketEvents: Both<Buckets>;
  readonly connections: Both<Tally>;
  readonly subscriptions: Both<Tally>;
}

export type LimitsConfig = Pick<
  Config,
  | 'TRUSTED_PROXIES'
  | 'RATE_LIMIT_PER_MINUTE'
  | 'RATE_LIMIT_PER_ADDRESS'
  | 'PICTURE_LIMIT_PER_MINUTE'
  | 'PICTURE_LIMIT_PER_ADDRESS'
  | 'SOCKET_EVENT_LIMIT_PER_MINUTE'
  | 'SOCKET_EVENT_LIMIT_PER_ADDRESS'
  | 'MAX_CONNECTIONS_PER_USER'
  | 'MAX_CONNECTIONS_PER_ADDRESS'
  | 'MAX_SUBSCRIPTIONS_PER_USER'
  | 'MAX_SUBSCRIPTIONS_PER_ADDRESS'
>;

export interface LimitsParts {
  readonly config: LimitsConfig;
  readonly documents: Pick<DocumentStore, 'readRecord' | 'writeRecord'>;
  readonly logger: Pick<Logger, 'warn'>;
  readonly now: () => Date;
  readonly clock: () => number;
}

/** What comes and goes is counted by all processes together; what is open at once by each, of its own. */
export const createLimits = ({ config, documents, logger, now, clock }: LimitsParts): Limits => {
  const onTrouble = (cause: unknown): void =>
    logger.warn(
      { err: cause },
      'a limit could not be shared with the other processes; each counts by itself',
    );
  const buckets = (name: string, perMinute: number): Buckets =>
    perMinute === 0
      ? unlimited
      : createBuckets({
          perMinute,
          clock,
          onTrouble,
          pour: createPouring({ documents, now, name, perMinute }),
        });
  const rate = (name: string, person: number, address: number): Both<Buckets> => ({
    person: buckets(`${name} of person`, person),
    address: buckets(`${name} of address`, address),
  });
  const tallies = (person: number, address: number): Both<Tally> => ({
    person: createTally(person),
    address: createTally(address),
  });
  return {
    addressOf: createAddressOf(config.TRUSTED_PROXIES),
    requests: rate('requests', config.RATE_LIMIT_PER_MINUTE, config.RATE_LIMIT_PER_ADDRESS),
    pictures: rate('pictures', config.PICTURE_LIMIT_PER_MINUTE, config.PICTURE_LIMIT_PER_ADDRESS),
    socketEvents: rate(
      'socket events',
      config.SOCKET_EVENT_LIMIT_PER_MINUTE,
      config.SOCKET_EVENT_LIMIT_PER_ADDRESS,
    ),
    connections: tallies(config.MAX_CONNECTIONS_PER_USER, config.MAX_CONNECTIONS_PER_ADDRESS),
    subscriptions: tallies(config.MAX_SUBSCRIPTIONS_PER_USER, config.MAX_SUBSCRIPTIONS_PER_ADDRESS),
  };
};
