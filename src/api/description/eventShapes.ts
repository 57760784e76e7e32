import { z } from 'zod';
import { catalogue, type EventType } from '../../events/catalogue.ts';
import { position } from '../../events/ids.ts';
import { actor } from '../../events/metadata.ts';
import { isPublic } from '../../events/public.ts';
import { anyObject, waitingJob } from './shapes.ts';

const time = z.iso.datetime({ precision: 3 });

/** Of an event that somebody is told of, without its type and its data. */
const envelope = {
  position,
  at: time,
  actor,
  conversationId: z.uuid().optional(),
  messageId: z.uuid().optional(),
  jobId: z.uuid().optional(),
  revision: z.int().min(0),
};

const shapeOf = (type: EventType) => {
  const { version, data } = catalogue[type];
  return { ...envelope, type: z.literal(type), schema: z.literal(version), data };
};

const types = Object.keys(catalogue) as readonly EventType[];

/** Each event that clients are told of. */
export const publicEvents: Readonly<Record<string, z.ZodObject>> = Object.fromEntries(
  types.filter(isPublic).map((type) => [type, z.strictObject(shapeOf(type))]),
);

export const anyPublicEvent = z.union(Object.values(publicEvents));

const difference = z.strictObject({
  path: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});

/** Any event, what it was caused by, and what it changed. Data of public types: see the events. */
export const auditItem = z.strictObject({
  ...envelope,
  type: z.enum(types),
  schema: z.int().min(1),
  data: anyObject,
  eventId: z.uuid(),
  stream: z.string(),
  recordedAt: time,
  correlationId: z.string(),
  causationId: z.string(),
  origin: z
    .strictObject({ way: z.enum(['http', 'cli', 'process']), address: z.string().nullable() })
    .nullable(),
  changes: z.array(difference),
});

const change = <const Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.strictObject({ position, type: z.literal(type), schema: z.int().min(1), at: time, data });

/** How the queue moves. */
export const queueChanges = {
  queued: change('queued', waitingJob),
  left: change('left', waitingJob.extend({ why: z.enum(['started', 'cancelled', 'refused']) })),
  prioritized: change('prioritized', waitingJob.extend({ previousPriority: z.int() })),
  ended: change('ended', waitingJob),
  paused: change('paused', z.strictObject({})),
  resumed: change('resumed', z.strictObject({})),
};
