import { z } from 'zod';
import type { Answer } from '../http/exchange.ts';
import { refusalOf } from '../http/refusals.ts';
import { EngineError } from '../imageEngine.ts';

const failure = z.object({
  message: z.string().default(''),
  type: z.string().nullish(),
  code: z.union([z.string(), z.number()]).nullish(),
});
type Failure = z.infer<typeof failure>;

export const drawn = z.object({
  data: z.array(z.object({ b64_json: z.string().nullish(), url: z.string().nullish() })).min(1),
});

const event = z.object({
  b64_json: z.string().optional(),
  partial_image_index: z.number().int().min(0).optional(),
  error: failure.nullish(),
  ...failure.partial().shape,
});

export type StreamNews =
  | { readonly kind: 'partial'; readonly index: number; readonly bytes: Buffer }
  | { readonly kind: 'completed'; readonly bytes: Buffer }
  | null;

/** What one event of a stream says; null where it is of no concern. @throws EngineError where drawing failed */
export const readEvent = (data: string): StreamNews => {
  if (data === '[DONE]') return null;
  const read = event.safeParse(parsedJson(data));
  if (!read.success)
    throw new EngineError('internal', `a stream held what is not its protocol: ${data.slice(0, 300)}`, true);
  const { type, b64_json: encoded, partial_image_index: index, error } = read.data;
  if (error) throw failed(error);
  if (type === 'error') throw failed({ ...read.data, message: read.data.message ?? '' });
  if (encoded === undefined) return null;
  const bytes = Buffer.from(encoded, 'base64');
  if (type === 'image_generation.partial_image') return { kind: 'partial', index: index ?? 0, bytes };
  return type === 'image_generation.completed' ? { kind: 'completed', bytes } : null;
};

/** What an answer that isn't a success means, by its code where it has one that is known. */
export const refused = (answer: Answer): EngineError => {
  const read = z.object({ error: failure }).safeParse(parsedJson(answer.body.toString('utf8')));
  const requestId = answer.headers['x-request-id'];
  const usual = refusalOf(`the images API (request ${String(requestId ?? 'without an id')})`, answer);
  return (read.success ? known(read.data.error, usual.message) : null) ?? usual;
};

const failed = (error: Failure): EngineError => {
  const message = `the images API failed while it drew: ${String(error.code)} ${error.message}`.slice(
    0,
    1_000,
  );
  return known(error, message) ?? new EngineError('engine_unavailable', message, true);
};

const blockers = new Set(['moderation_blocked', 'content_policy_violation', 'content_filter']);
const unpaid = new Set(['insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active']);

const known = ({ code, type }: Failure, message: string): EngineError | null => {
  const names = [String(code), String(type)];
  if (names.some((name) => blockers.has(name))) return new EngineError('content_rejected', message, false);
  if (names.some((name) => unpaid.has(name)))
    return new EngineError('engine_unavailable', message, true, { blame: 'account' });
  return null;
};

const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
