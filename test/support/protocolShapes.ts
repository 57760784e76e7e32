import { z } from 'zod';

/*
 * The shapes of the protocol, written down a second time from its text and from no type of the source, so
 * that a field that gets lost or renamed is noticed. Every field must be there; more may be.
 */

const position = z.string().regex(/^\d{20}$/);
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const id = z.uuid();
const person = z.object({ id: z.string(), name: z.string() });
const shownError = z.object({
  ...{ code: z.string(), title: z.string(), whatHappened: z.string(), whatToDo: z.string() },
  ...{ retryable: z.boolean(), reference: z.string() },
});

const request = z.object({
  ...{ prompt: z.string(), negativePrompt: z.string().nullable(), width: z.int(), height: z.int() },
  ...{ steps: z.int(), seed: z.int(), count: z.int(), model: z.string().nullable() },
  timeoutMs: z.int().nullable(),
});

const picture = z.object({
  ...{ imageId: z.string(), url: z.string(), width: z.int(), height: z.int() },
  ...{ contentType: z.string(), bytes: z.int(), seed: z.int() },
});

export const imageState = z.object({
  jobId: id,
  status: z.enum(['accepted', 'queued', 'running', 'completed', 'failed', 'cancelled']),
  ...{
    request,
    ticket: position.nullable(),
    priority: z.int(),
    round: z.int(),
    place: z.int().min(1).nullable(),
  },
  ...{ step: z.int(), steps: z.int(), stage: z.string().nullable(), percent: z.number().min(0).max(100) },
  ...{ preview: z.string().nullable(), attempt: z.int(), attempts: z.int() },
  ...{ queuedAt: time.nullable(), startedAt: time.nullable(), endedAt: time.nullable() },
  ...{ engine: z.string().nullable(), model: z.string().nullable(), seed: z.int().nullable() },
  ...{ images: z.array(picture), error: shownError.nullable() },
  previous: z.array(z.object({ jobId: id, error: shownError.nullable(), endedAt: time.nullable() })),
  earlierAttempts: z.array(z.object({ attempt: z.int().min(1), error: shownError, endedAt: time })),
  notBefore: time.nullable(),
});

export const job = imageState.extend({
  ...{ conversationId: id, messageId: id, owner: person, retryOf: id.nullable() },
  ...{ revision: z.int(), position },
});

export const message = z.object({
  ...{ messageId: id, conversationId: id, author: person, text: z.string(), createdAt: time },
  ...{ editedAt: time.nullable(), removed: z.boolean(), metadata: z.record(z.string(), z.unknown()) },
  ...{ image: imageState.nullable(), revision: z.int(), position },
});

export const conversation = z.object({
  ...{ conversationId: id, title: z.string(), participants: z.array(person), createdAt: time },
  ...{ archivedAt: time.nullable(), lastActivityAt: time, revision: z.int(), position },
});

export const queueState = z.object({
  ...{ paused: z.boolean(), waiting: z.int(), running: z.int(), asOf: position },
  passedOver: z.enum(['running_limit']).nullable(),
  ...{ pausedBy: person.nullable(), pausedAt: time.nullable(), workers: z.int().min(1).nullable() },
  durations: z.object({ median: z.number().min(0), spread: z.number().min(0) }).nullable(),
  jobs: z.array(
    z.strictObject({
      ...{ jobId: id.nullable(), ticket: position, priority: z.int(), round: z.int() },
      ...{ place: z.int().min(1), own: z.boolean() },
    }),
  ),
});
