import { z } from 'zod';
import { roles } from '../../commands/permissions.ts';
import { failureCodes } from '../../events/failures.ts';
import { imageId, position, userId } from '../../events/ids.ts';
import { imageRequest } from '../../events/imageRequest.ts';
import { picture } from '../../events/job.ts';
import { person } from '../../events/metadata.ts';
import { engineHealth } from '../../projections/engineHealth.ts';
import type {
  Conversation,
  EarlierAttempt,
  ImageState,
  Job,
  Message,
  PreviousJob,
  ShownError,
} from '../../projections/model.ts';
import type { Wait } from '../../projections/past.ts';
import type { WaitingJob } from '../../projections/places.ts';

/*
 * What is answered and told, as schemas: documents are made by projections and need no validation, so these
 * are there to describe them. The compiler holds their fields to the documents', a test holds each to what a
 * running server answers.
 */

/** A schema for each field that the document has, and for no other. */
type Fields<Document> = { readonly [Field in keyof Document]-?: z.ZodType };

const uuid = z.uuid();
const time = z.iso.datetime({ precision: 3 });
const count = z.int().min(0);
const atLeastOne = z.int().min(1);
export const anyObject = z.record(z.string(), z.unknown());

export const failureCode = z.enum(failureCodes);

export const shownError = z.strictObject({
  code: failureCode,
  title: z.string(),
  whatHappened: z.string(),
  whatToDo: z.string(),
  retryable: z.boolean(),
  reference: z.string(),
} satisfies Fields<ShownError>);

export const shownPicture = picture.extend({ url: z.string() });

const previousJob = z.strictObject({
  jobId: uuid,
  error: shownError.nullable(),
  endedAt: time.nullable(),
} satisfies Fields<PreviousJob>);

const earlierAttempt = z.strictObject({
  attempt: atLeastOne,
  error: shownError,
  endedAt: time,
} satisfies Fields<EarlierAttempt>);

const imageFields = {
  jobId: uuid,
  status: z.enum(['accepted', 'queued', 'running', 'completed', 'failed', 'cancelled']),
  request: imageRequest,
  ticket: position.nullable(),
  priority: z.int(),
  round: count,
  place: atLeastOne.nullable(),
  step: count,
  steps: atLeastOne,
  stage: z.string().nullable(),
  percent: z.int().min(0).max(100),
  preview: imageId.nullable(),
  attempt: count,
  attempts: atLeastOne,
  queuedAt: time.nullable(),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  engine: z.string().nullable(),
  model: z.string().nullable(),
  seed: count.nullable(),
  images: z.array(shownPicture),
  error: shownError.nullable(),
  previous: z.array(previousJob),
  earlierAttempts: z.array(earlierAttempt),
  notBefore: time.nullable(),
} satisfies Fields<ImageState>;

export const imageState = z.strictObject(imageFields);

export const job = z.strictObject({
  ...imageFields,
  conversationId: uuid,
  messageId: uuid,
  owner: person,
  ownerId: userId,
  retryOf: uuid.nullable(),
  active: z.boolean(),
  createdPosition: position,
  revision: z.int().min(-1),
  position,
} satisfies Fields<Job>);

export const message = z.strictObject({
  messageId: uuid,
  conversationId: uuid,
  author: person,
  text: z.string(),
  createdAt: time,
  editedAt: time.nullable(),
  removed: z.boolean(),
  metadata: anyObject,
  image: imageState.nullable(),
  postedPosition: position,
  revision: count,
  position,
} satisfies Fields<Message>);

export const conversation = z.strictObject({
  conversationId: uuid,
  title: z.string(),
  participants: z.array(person),
  participantIds: z.array(userId),
  startedBy: person,
  createdAt: time,
  archivedAt: time.nullable(),
  lastActivityAt: time,
  lastActivityPosition: position,
  revision: count,
  position,
} satisfies Fields<Conversation>);

export const principal = z.strictObject({ id: userId, name: z.string(), roles: z.array(z.enum(roles)) });

const order = { ticket: position, priority: z.int(), round: count };

export const queuedJob = z.strictObject({
  jobId: uuid.nullable(),
  ...order,
  place: atLeastOne,
  own: z.boolean(),
});

export const queue = z.strictObject({
  paused: z.boolean(),
  pausedBy: z.strictObject({ id: z.string(), name: z.string() }).nullable(),
  pausedAt: time.nullable(),
  waiting: count,
  running: count,
  jobs: z.array(queuedJob),
  passedOver: z.enum(['running_limit']).nullable(),
  workers: atLeastOne.nullable(),
  durations: z.strictObject({ median: z.number().min(0), spread: z.number().min(0) }).nullable(),
  asOf: position,
});

export const waitingJob = z.strictObject({
  ...order,
  own: uuid.nullable(),
  place: atLeastOne.optional(),
} satisfies Fields<WaitingJob>);

export const engine = z.strictObject({
  name: z.string(),
  circuit: z.enum(['closed', 'open', 'half_open']),
  failures: count,
  retryAt: time.optional(),
  models: z.array(z.string()),
  health: engineHealth.nullable(),
});

const jobBefore = z.strictObject({
  jobId: uuid.nullable(),
  own: z.boolean(),
  ...order,
  from: time,
  until: time.nullable(),
  why: z.enum(['started', 'cancelled', 'refused', 'prioritized']).nullable(),
});

export const wait = z.strictObject({
  ...order,
  from: time,
  until: time.nullable(),
  beforeAtFirst: count,
  before: z.array(jobBefore),
  pauses: z.array(z.strictObject({ from: time, until: time.nullable() })),
} satisfies Fields<Wait>);

export { imageRequest, person, picture };
