import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { EventId } from '../events/ids.ts';
import { type EventLog, type ExpectedRevision, WrongExpectedRevision } from '../events/log/eventLog.ts';
import { beginOfChain, type ChainEnd, chainOn } from '../events/log/seals/chain.ts';
import { readLastSeal } from '../events/log/seals/readSeals.ts';
import { sealEvents } from '../events/seal.ts';
import { sealStream } from '../events/streams.ts';
import type { DocumentStore } from '../projections/documents/documentStore.ts';
import { thisInstance } from '../projections/instance.ts';
import { keepLeases } from '../projections/leases.ts';
import type { Running } from './imageWorker.ts';

/*
 * Of many processes one seals the log. It knows the chain from the newest seal on, which is all that it
 * needs to keep: after a crash it reads what came since. Where two believe that they seal, each appends at
 * the revision of the seal that it went on from, so that one of them is refused and begins again there.
 *
 *   newest seal ──events──▶ chain grows ──1,000 events, or a minute after the first──▶ LogSealed ──▶ …
 *
 * A seal is an event too, and part of the chain of the next; but where there is nothing else there is
 * nothing to seal, or a quiet log would be sealed for ever.
 */

export interface SealingParts {
  readonly log: EventLog;
  readonly documents: Pick<DocumentStore, 'readRecord' | 'writeRecord'>;
  readonly logger: Logger;
  readonly now: () => Date;
  readonly newId: () => string;
  /** So many events, or so long after the first that isn't sealed. */
  readonly sealAfter: { readonly events: number; readonly ms: number };
}

const pauseMs = 1_000;

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Goes on from the newest seal until `signal` aborts. @throws WrongExpectedRevision where somebody else seals */
const sealOn = async (
  { log, now, newId, sealAfter }: Omit<SealingParts, 'documents' | 'logger'>,
  signal: AbortSignal,
): Promise<void> => {
  const last = await readLastSeal(log);
  let chain: ChainEnd = last ?? beginOfChain;
  let expected: ExpectedRevision = last?.revision ?? 'no_stream';
  let sealed = chain.count;
  /** Something other than a seal came since the newest seal. */
  let isDue = false;
  let timer: NodeJS.Timeout | undefined;

  const seal = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (!isDue) return;
    isDue = false;
    const { count, through, hash } = chain;
    const id = newId() as EventId;
    const metadata = {
      ...{ actor: { id: 'sealing', name: 'Sealing' }, correlationId: id, causationId: id },
      ...{ at: now().toISOString(), schema: sealEvents.LogSealed.version, subject: {} },
    };
    const data = { count, through, hash };
    ({ revision: expected } = await log.append(sealStream, expected, [
      { id, type: 'LogSealed', data, metadata },
    ]));
    sealed = count;
  };

  // One after the other, for each goes by the revision of the last.
  let sealing: Promise<void> = Promise.resolve();
  const sealInTurn = (): Promise<void> => {
    sealing = sealing.then(seal);
    return sealing;
  };
  const failing = new AbortController();
  const sealWhenDue = (): void => {
    sealInTurn().catch((cause: unknown) => failing.abort(cause));
  };

  try {
    const ends = AbortSignal.any([signal, failing.signal]);
    for await (const item of log.subscribe({ after: chain.through, signal: ends })) {
      if (item.kind !== 'events') continue;
      for (const event of item.events) {
        chain = chainOn(chain, event);
        isDue ||= event.type !== 'LogSealed';
        if (chain.count - sealed >= sealAfter.events) await sealInTurn();
      }
      if (isDue) timer ??= setTimeout(sealWhenDue, sealAfter.ms);
    }
    failing.signal.throwIfAborted();
  } finally {
    clearTimeout(timer);
    // Its failure is told already, where anybody needs to know it.
    await sealing.catch(() => undefined);
  }
};

/** Seals the log whenever this process holds the lease for that. */
export const startSealing = ({ documents, logger, ...parts }: SealingParts): Running => {
  const end = new AbortController();
  const leasing = keepLeases({
    ...{ documents, own: thisInstance, names: ['sealing'], clock: () => performance.now() },
    onTrouble: (cause) => logger.warn({ err: cause }, 'the lease of sealing could not be kept; trying again'),
  });

  const work = async (): Promise<void> => {
    const leases = await leasing;
    while (!end.signal.aborted) {
      const change = AbortSignal.any([end.signal, leases.change()]);
      try {
        await (leases.held().length === 0 ? aborted(change) : sealOn(parts, change));
      } catch (cause) {
        if (!(cause instanceof WrongExpectedRevision))
          logger.error({ err: cause }, 'sealing the log failed; trying again');
        await delay(pauseMs, undefined, { signal: end.signal }).catch(() => undefined);
      }
    }
  };

  const working = work();
  return {
    async stop() {
      end.abort();
      await working;
      await (await leasing).stop();
    },
  };
};
