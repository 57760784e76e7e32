import type { ZodType } from 'zod';
import { EngineError } from '../imageEngine.ts';
import type { Answer } from './exchange.ts';

const isOutOfMemory = (text: string): boolean => /out of memory|OutOfMemory|allocate.*memory/i.test(text);

/**
 * What an answer that isn't a success means: the one table from HTTP to the failure codes, for every engine.
 * What the server wrote is kept for the operator's log, cut short; no person is shown it.
 */
export const refusalOf = (what: string, { status, headers, body }: Answer): EngineError => {
  const text = body.toString('utf8', 0, 2_000);
  const message = `${what} answered ${status}: ${text}`;
  if (isOutOfMemory(text)) return new EngineError('out_of_memory', message, true);
  if (status === 401 || status === 402 || status === 403)
    return new EngineError('engine_unavailable', message, true, { blame: 'account' });
  if (status === 429) {
    const retryAfterMs = waitOf(headers);
    const details = { blame: 'load', ...(retryAfterMs === null ? {} : { retryAfterMs }) } as const;
    return new EngineError('engine_unavailable', message, true, details);
  }
  if (status === 408 || status === 409 || status >= 500)
    return new EngineError('engine_unavailable', message, true);
  return new EngineError('engine_rejected', message, false);
};

/** What `Retry-After` (seconds, or a date) or `retry-after-ms` ask for. */
const waitOf = (headers: Answer['headers']): number | null => {
  const exact = Number(headers['retry-after-ms'] ?? Number.NaN);
  if (Number.isFinite(exact)) return Math.max(0, exact);
  const asked = headers['retry-after'];
  if (asked === undefined) return null;
  const seconds = Number(asked);
  const wait = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(asked) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
};

/** The body of a success, in the shape that the adapter knows. A server that answers otherwise is unwell. */
export const parsed = <Shape>(
  what: string,
  { body }: Pick<Answer, 'body'>,
  schema: ZodType<Shape>,
): Shape => {
  try {
    return schema.parse(JSON.parse(body.toString('utf8')));
  } catch (cause) {
    const message = `${what} answered what is not its protocol: ${body.toString('utf8', 0, 500)}`;
    throw new EngineError('internal', message, true, { cause });
  }
};

export { isOutOfMemory };
