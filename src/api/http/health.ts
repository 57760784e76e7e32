import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Position } from '../../events/ids.ts';
import type { HttpApiParts } from './parts.ts';

/** A part that doesn't answer in this time isn't ready, in milliseconds. */
const longestAnswer = 2_000;

const inTime = async <Result>(answer: Promise<Result>): Promise<Result> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${longestAnswer} ms`)), longestAnswer);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
};

interface Part {
  readonly state: 'ready' | 'not_ready';
  readonly position: Position | null;
  /** What is the matter, where something is. */
  readonly reason: string | null;
}

const check = async (name: string, position: () => Promise<Position>, logger: Logger): Promise<Part> => {
  try {
    return { state: 'ready', position: await inTime(position()), reason: null };
  } catch (cause) {
    logger.warn({ err: cause, part: name }, 'not ready');
    const reason = cause instanceof Error ? cause.message : String(cause);
    return { state: 'not_ready', position: null, reason };
  }
};

/** How far behind the log's head, in places of the log; null where the head isn't known. */
const lag = (head: Position | null, position: Position): number | null =>
  head === null ? null : Math.max(0, Number(BigInt(head) - BigInt(position)));

/** The process answers; nothing else is said. */
export const alive: RequestHandler = (_request, response) => {
  response.json({ status: 'ok' });
};

/** Each part with its state and lag. 503 while one isn't ready: send requests elsewhere. */
export const ready =
  ({
    log,
    readModel,
    projections,
    logger,
  }: Pick<HttpApiParts, 'log' | 'readModel' | 'projections' | 'logger'>): RequestHandler =>
  async (_request, response) => {
    const [eventLog, documents] = await Promise.all([
      check('eventLog', () => log.head(), logger),
      check('documents', () => readModel.position(), logger),
    ]);
    const followers = projections.health().map(({ name, state, position, reason }) => ({
      name,
      state,
      position,
      reason,
      lag: lag(eventLog.position, position),
    }));
    const isReady =
      eventLog.state === 'ready' &&
      documents.state === 'ready' &&
      followers.every(({ state }) => state === 'running');
    response.status(isReady ? 200 : 503).json({
      status: isReady ? 'ready' : 'not_ready',
      parts: {
        eventLog: { ...eventLog, reason: log.health().reason ?? eventLog.reason },
        documents: {
          ...documents,
          lag: documents.position === null ? null : lag(eventLog.position, documents.position),
        },
        projections: followers,
      },
    });
  };
