import { randomUUID } from 'node:crypto';
import type { Circuit } from '../commands/engine.ts';
import { pauseAfter } from './backoff.ts';
import type { Circuits } from './circuits.ts';
import { EngineRests } from './engineCall.ts';
import { EngineError, HandedOver } from './engines/imageEngine.ts';
import type { Claim, Failure } from './jobDesk.ts';

/** Why the engine is told to stop. */
class Stopped extends Error {
  constructor(readonly why: 'timeout' | 'lost') {
    super(`stopped: ${why}`);
    this.name = 'Stopped';
  }
}

/** The reason for an AbortController that ends a drawing. */
export const stopped = (why: Stopped['why'] | HandedOver['why']): Error =>
  why === 'timeout' || why === 'lost' ? new Stopped(why) : new HandedOver(why);

/** Whether it was our own limit that ended the attempt; a limit that the person set says nothing of the engine. */
const isSlow = (cause: unknown, { request }: Claim): boolean =>
  cause instanceof Stopped && cause.why === 'timeout' && request.timeoutMs === null;

/** What the person is told; null where the attempt is no longer ours to end. */
const failureOf = (cause: unknown): Failure | null => {
  const reference = randomUUID();
  if (cause instanceof EngineError) {
    const { code, blame } = cause;
    return { code, retryable: cause.retryable || blame === 'account', reference };
  }
  if (cause instanceof EngineRests) return { code: 'engine_unavailable', retryable: true, reference };
  if (cause instanceof HandedOver)
    return cause.why === 'shutdown' ? { code: 'engine_unavailable', retryable: true, reference } : null;
  if (!(cause instanceof Stopped)) return { code: 'internal', retryable: true, reference };
  return cause.why === 'timeout' ? { code: 'timeout', retryable: true, reference } : null;
};

/**
 * When a job may be begun again whose engine rests: a moment after that one, or another that can draw it
 * (`others`), may be asked. So another job that waits is the next probe, and one request that breaks the engine
 * can't keep it from the rest.
 */
export const afterRest = (
  circuit: Circuit,
  others: readonly Circuit[],
  now: Date,
  random: () => number,
): Pick<Failure, 'spared'> => {
  if (circuit.status === 'closed') return {};
  const times = [circuit, ...others].map((each) =>
    each.status === 'open' ? Date.parse(each.retryAt) : now.getTime(),
  );
  return { spared: { notBefore: new Date(Math.min(...times) + pauseAfter(1, random())) } };
};

/** Codes of Node for a connection that did not come about. */
const noConnection: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Nobody listens at the engine's address. */
export const isNotThere = (cause: unknown): boolean =>
  cause instanceof EngineError &&
  cause.cause instanceof Error &&
  'code' in cause.cause &&
  noConnection.has(cause.cause.code);

/**
 * Whose fault it was, and so whether it may have been the job's last attempt: not while the engine rests, and not
 * where nobody listens at its address, though it hasn't failed often enough to rest: a lone picture
 * would use up its attempts in seconds while an engine is restarted. A request that breaks an engine at each
 * attempt is neither, unless nobody starts the engine again.
 */
const sparing = (
  cause: unknown,
  circuit: Circuit,
  others: readonly Circuit[],
  attempt: number,
  now: Date,
  random: () => number,
) => {
  if (circuit.status !== 'closed' || !isNotThere(cause)) return afterRest(circuit, others, now, random);
  return { spared: { notBefore: new Date(now.getTime() + pauseAfter(attempt, random())) } };
};

/** An attempt that ended without a picture. */
export interface Ending {
  readonly claim: Claim;
  readonly cause: unknown;
  readonly engine: string;
  /** Other engines that can draw it. */
  readonly others: readonly string[];
  readonly circuits: Circuits;
  readonly now: () => Date;
  /** 0–1, so that jobs which an engine sent away together come back apart. */
  readonly random: () => number;
}

/**
 * What it says: of the engine, which is told to its circuit, and of the job, which is the answer. Null where
 * the attempt is no longer ours to end.
 */
export const judge = async ({
  claim,
  cause,
  engine,
  others,
  circuits,
  now,
  random,
}: Ending): Promise<Failure | null> => {
  const { jobId, attempt } = claim;
  const failure = failureOf(cause);
  const blame = cause instanceof EngineError ? cause.blame : isSlow(cause, claim) ? 'engine' : 'nobody';
  if (failure !== null && (blame === 'engine' || blame === 'account')) {
    const circuit = await circuits.failed(engine, jobId, { ...failure, atOnce: blame === 'account' });
    const besides = await Promise.all(others.map((name) => circuits.of(name)));
    return { ...failure, ...sparing(cause, circuit, besides, attempt, now(), random) };
  }
  if (blame === 'load' && failure !== null && cause instanceof EngineError) {
    const busyForMs = cause.retryAfterMs ?? pauseAfter(attempt, random());
    await circuits.release(engine, jobId, busyForMs);
    return { ...failure, spared: { notBefore: new Date(now().getTime() + busyForMs) } };
  }
  await circuits.release(engine, jobId, 0);
  const isHandedBack = cause instanceof EngineRests || cause instanceof HandedOver;
  return failure !== null && isHandedBack ? { ...failure, spared: { notBefore: null } } : failure;
};
