import type { Event } from '../events/catalogue.ts';
import type { JobId } from '../events/ids.ts';
import type { Json, JsonObject } from '../events/json.ts';
import { isJobEvent } from './imageState.ts';
import { jobOf } from './jobs.ts';
import type { Conversation, Job, Message } from './model.ts';
import type { Difference } from './past.ts';

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSame = (one: Json | undefined, other: Json | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** What is another in `after` than in `before`: each value by its path, lists as a whole. */
export const differences = (before: JsonObject, after: JsonObject, path = ''): Difference[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    const [was, is] = [before[key], after[key]];
    const here = path === '' ? key : `${path}.${key}`;
    if (isSame(was, is)) return [];
    if (isObject(was) && isObject(is)) return differences(was, is, here);
    return [
      {
        path: here,
        ...(was === undefined ? {} : { before: was }),
        ...(is === undefined ? {} : { after: is }),
      },
    ];
  });

/** Of each kind of document what a person would call a change of it; the rest is kept for indexes and guards. */
export const told = {
  message: ({ text, metadata, removed }: Message): JsonObject => ({ text, metadata, removed }),
  conversation: ({ title, participants, archivedAt }: Conversation): JsonObject => ({
    ...{ title, archivedAt },
    participants: participants.map(({ name }) => name),
  }),
  job: (job: Job): JsonObject => {
    const { status, priority, ticket, attempt, step, stage, preview, engine, model, images, error } = job;
    return {
      ...{ status, priority, ticket, attempt, step, stage, preview, engine, model },
      images: images.map(({ imageId }) => imageId),
      error: error?.code ?? null,
    };
  },
  queue: (paused: boolean): JsonObject => ({ paused }),
};

/** What an event changes, of all that could be folded from it: the thing whose stream it is in. */
export type Changed =
  | { readonly kind: 'message' | 'conversation'; readonly id: string }
  | { readonly kind: 'job'; readonly id: JobId }
  | { readonly kind: 'queue'; readonly id: 'queue' }
  | null;

export const changedBy = (event: Event): Changed => {
  const { type, messageId, conversationId } = event;
  if (isJobEvent(event)) {
    const id = jobOf(event);
    return id === null ? null : { kind: 'job', id };
  }
  if (type.startsWith('Message') && messageId !== undefined) return { kind: 'message', id: messageId };
  if ((type.startsWith('Conversation') || type.startsWith('Participant')) && conversationId !== undefined)
    return { kind: 'conversation', id: conversationId };
  return type === 'QueuePaused' || type === 'QueueResumed' ? { kind: 'queue', id: 'queue' } : null;
};
