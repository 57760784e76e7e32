import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Json } from '../../events/json.ts';
import type { DocumentStore, OperationalRecord } from '../../projections/documents/documentStore.ts';
import { hasEnded, type Instance, instance } from '../../projections/instance.ts';
import { Problem } from '../problems.ts';
import type { Answer } from './operation.ts';
import { takeTurns } from './turns.ts';

/*
 * A POST under an idempotency key has one effect and one answer, however often it comes. Before the
 * command runs a record (user, key, hash of the request) is kept; it is completed with the answer.
 *
 *   no record ──claim──▶ unfinished ──▶ answered (kept 24 h, replayed)
 *                          │   ▲
 *        5xx: handed back ─┘   └─ claimed again: handed back, its process has ended, or 30 s are over
 *
 * A crash anywhere before "answered" leaves the record unfinished. Whoever claims it then runs the
 * command again under the same command id, and the command finds in the log whether it has happened.
 * Within one process the same key goes one at a time; of another process the answer is waited for.
 */

const kind = 'idempotency';
const keptFor = 24 * 60 * 60 * 1000;
/** An unfinished record of a process that nothing is known of is left alone so long. */
const abandonedAfter = 30_000;
const lookEvery = 50;

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const answered = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.custom<{ readonly [key: string]: Json }>(isObject),
});
const kept = z.object({
  hash: z.string(),
  /** Who works on it; null where it was handed back. */
  instance: instance.nullable(),
  startedAt: z.number(),
  answer: answered.nullable(),
});
type Kept = z.infer<typeof kept>;

export interface IdempotentRequest {
  readonly user: string;
  readonly key: string;
  /** Of method, path and body. */
  readonly hash: string;
}

export interface Idempotency {
  /** Runs it, or gives the first answer again. What `run` rejects with isn't kept. */
  once(request: IdempotentRequest, run: () => Promise<Answer>): Promise<Answer>;
  /** The first answer, where there is one. */
  again(request: IdempotentRequest): Promise<Answer | null>;
}

export interface IdempotencyParts {
  readonly documents: Pick<DocumentStore, 'readRecord' | 'writeRecord'>;
  readonly logger: Pick<Logger, 'warn'>;
  readonly now: () => Date;
  readonly own: Instance;
  /** How long the first answer is waited for, in milliseconds. */
  readonly mostWait?: number;
}

const reused = () =>
  new Problem(
    'idempotency_key_reused',
    'This Idempotency-Key was used for another path or body; use a new key for a new request.',
  );
const inProgress = () =>
  new Problem('request_in_progress', 'The same request is still being worked on; try again in a second.', {
    headers: { 'Retry-After': '1' },
  });

/** A user id holds no line break, so no two pairs are the same text. */
const recordId = ({ user, key }: IdempotentRequest): string =>
  createHash('sha256').update(`${user}\n${key}`).digest('hex');

const keepable = ({ status, headers = {}, body }: Answer) =>
  answered.parse({ status, headers, body: JSON.parse(JSON.stringify(body)) });

export const createIdempotency = (parts: IdempotencyParts): Idempotency => {
  const { documents, logger, now, own, mostWait = 15_000 } = parts;
  const inTurn = takeTurns(mostWait, inProgress);

  const write = (id: string, before: OperationalRecord | null, value: Kept) =>
    documents.writeRecord(kind, id, before?.version ?? null, value, now().getTime() + keptFor);

  /** The store may forget an old record late. */
  const stillKept = (record: OperationalRecord | null): Kept | null => {
    const found = record === null ? null : kept.parse(record.value);
    return found === null || now().getTime() - found.startedAt > keptFor ? null : found;
  };

  const isWorkedOn = ({ instance, startedAt }: Kept): boolean =>
    instance !== null &&
    instance.id !== own.id &&
    now().getTime() - startedAt < abandonedAfter &&
    !hasEnded(instance, own);

  /** Completes or hands back our own claim. Somebody else's, made after 30 s, is left as it is. */
  const settle = async (id: string, claim: Kept, change: Partial<Kept>): Promise<void> => {
    try {
      const record = await documents.readRecord(kind, id);
      const current = kept.safeParse(record?.value).data;
      if (current?.instance?.id === own.id && current.startedAt === claim.startedAt)
        await write(id, record, { ...claim, ...change });
    } catch (cause) {
      // What happened has happened: its answer is true though it can't be kept. A repetition runs again.
      logger.warn({ err: cause }, 'an idempotency record could not be completed');
    }
  };

  const runAndKeep = async (id: string, claim: Kept, run: () => Promise<Answer>): Promise<Answer> => {
    try {
      const answer = await run();
      await settle(id, claim, { answer: keepable(answer) });
      return answer;
    } catch (cause) {
      await settle(id, claim, { instance: null });
      throw cause;
    }
  };

  /** The answer that is kept; null where there is none yet. @throws Problem where it is of another request */
  const replay = (before: Kept | null, hash: string): Answer | null => {
    if (before !== null && before.hash !== hash) throw reused();
    const answer = before?.answer ?? null;
    return answer && { ...answer, headers: { ...answer.headers, 'Idempotency-Replayed': 'true' } };
  };

  const claimOrReplay = async (
    id: string,
    { hash }: IdempotentRequest,
    run: () => Promise<Answer>,
  ): Promise<Answer> => {
    const deadline = performance.now() + mostWait;
    while (performance.now() < deadline) {
      const record = await documents.readRecord(kind, id);
      const before = stillKept(record);
      const answer = replay(before, hash);
      if (answer !== null) return answer;
      if (before !== null && isWorkedOn(before)) {
        await pause(lookEvery);
        continue;
      }
      const claim: Kept = { hash, instance: own, startedAt: now().getTime(), answer: null };
      if ((await write(id, record, claim)) === 'written') return runAndKeep(id, claim, run);
    }
    throw inProgress();
  };

  return {
    once(request, run) {
      const id = recordId(request);
      return inTurn(id, () => claimOrReplay(id, request, run));
    },
    async again(request) {
      return replay(stillKept(await documents.readRecord(kind, recordId(request))), request.hash);
    },
  };
};
