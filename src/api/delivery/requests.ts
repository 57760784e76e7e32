import { z } from 'zod';
import { conversationId, logId, type Position, position } from '../../events/ids.ts';
import type { Scope } from '../../projections/readModel.ts';
import { limits } from './limits.ts';

/** Only a conversation has an id; a null one is taken for none. */
const none = z.null().optional();
const scoped = <Extra extends z.ZodRawShape>(extra: Extra) =>
  z.discriminatedUnion('scope', [
    z.strictObject({ scope: z.literal('conversation'), id: conversationId, ...extra }),
    z.strictObject({ scope: z.literal('queue'), id: none, ...extra }),
    z.strictObject({ scope: z.literal('user'), id: none, ...extra }),
  ]);

/** `subscribe`: with `after` it resumes, and then `logId` says which log that position is of. */
export const subscribeRequest = scoped({ after: position.optional(), logId: logId.optional() }).refine(
  ({ after, logId: of }) => after === undefined || of !== undefined,
  { path: ['logId'], message: 'must be given together with after' },
);
export type SubscribeRequest = z.infer<typeof subscribeRequest>;

export const unsubscribeRequest = scoped({});
export const refreshRequest = z.strictObject({ token: z.string().max(16_384) });
/** `places_shown`: places of own jobs as this client shows them, of the queue as of `position`. */
export const placesShown = z.strictObject({
  logId,
  position,
  places: z
    .array(z.strictObject({ ticket: position, place: z.int().min(1).max(1_000_000_000) }))
    .min(1)
    .max(limits.placesShown),
});
export type PlacesShown = z.infer<typeof placesShown>;
export const handshake = z.object({ token: z.string().max(16_384) });

export const scopeOf = (request: z.infer<typeof unsubscribeRequest>): Scope =>
  request.scope === 'conversation' ? { scope: 'conversation', id: request.id } : { scope: request.scope };

/** One subscription a scope: asking again replaces it. */
export const keyOf = (scope: Scope): string => (scope.scope === 'conversation' ? scope.id : scope.scope);

/** How a scope is named to the client: `id` for a conversation, and absent for the others. */
export const nameOf = (scope: Scope): { scope: Scope['scope']; id?: string } =>
  scope.scope === 'conversation' ? { scope: scope.scope, id: scope.id } : { scope: scope.scope };

export type RefusalCode = 'invalid' | 'not_found' | 'too_many_subscriptions' | 'unavailable';
export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly detail: string;
}

const details: { readonly [Code in Exclude<RefusalCode, 'invalid'>]: string } = {
  not_found: 'There is no such conversation, or you are not in it.',
  too_many_subscriptions: 'There are as many subscriptions as there may be. End one first.',
  unavailable: 'The server can not read this just now. Try again in a moment.',
};

export const refusal = (code: Exclude<RefusalCode, 'invalid'>): Refusal => ({
  ok: false,
  code,
  detail: details[code],
});

/** Whoever sends too much is to wait, as where the server can't answer just now. */
export const sentTooMuch = (seconds: number): Refusal & { readonly retryAfterMs: number } => ({
  ok: false,
  code: 'unavailable',
  detail: `Too many events come from you or your address. Wait for ${seconds} s, then go on, more slowly.`,
  retryAfterMs: seconds * 1_000,
});

/** What was wrong, in one sentence with the path of the first problem. */
export const invalid = (error: z.ZodError): Refusal => {
  const [issue] = error.issues;
  const path = issue?.path.join('.') ?? '';
  return {
    ok: false,
    code: 'invalid',
    detail: `The request is not valid${path === '' ? '' : ` at ${path}`}: ${issue?.message ?? 'unknown'}.`,
  };
};

export type SubscribeAnswer =
  | Refusal
  | {
      readonly ok: true;
      readonly mode: 'replay';
      readonly from: Position;
      readonly until: Position;
      readonly logId: string;
    }
  | {
      readonly ok: true;
      readonly mode: 'snapshot' | 'reset';
      readonly reason?: ResetReason;
      readonly snapshot: unknown;
      readonly position: Position;
      readonly logId: string;
    };

export type ResetReason = 'other_log' | 'future' | 'too_old';
