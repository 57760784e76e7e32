import { z } from 'zod';
import { roles } from '../../commands/permissions.ts';
import { catalogue } from '../../events/catalogue.ts';
import { title } from '../../events/conversation.ts';
import { conversationId, imageId, jobId, messageId, position, userId } from '../../events/ids.ts';
import { count, priority, prompt, seed, side, steps } from '../../events/imageRequest.ts';
import { charactersOf, personal, text } from '../../events/json.ts';
import { messageMetadata, messageText } from '../../events/message.ts';
import { person } from '../../events/metadata.ts';
import { wordsOf } from '../../projections/words.ts';
import { plainName } from '../authenticationLocal.ts';

/** What comes in over HTTP. Limits are those of the events that it becomes; unknown fields are refused. */

const oneOf = <const Value extends string>(values: readonly Value[]) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

/** A number in a query string; `meta` is what the OpenAPI document says of it. */
const numeral = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`))
    .meta({ type: 'integer', minimum: least, maximum: most });

const longestPage = 200;
const pageFields = {
  limit: numeral(1, longestPage).default(50),
  /** Opaque here too: whoever reads the list knows whether it is one of it. */
  cursor: z.string().exactOptional(),
};

/** As the log writes it: UTC, to the millisecond. */
const time = z.iso
  .datetime({ offset: true, error: 'must be a time in ISO 8601, such as 2026-11-24T20:00:00Z' })
  .transform((text) => new Date(text).toISOString());
/** A place in the log, or a time. */
const moment = z.string().transform((text, context) => {
  const place = position.safeParse(text).data;
  if (place !== undefined) return { position: place };
  const when = time.safeParse(text).data;
  if (when !== undefined) return { time: when };
  context.addIssue('must be a position (20 digits) or a time in ISO 8601, such as 2026-11-24T20:00:00Z');
  return z.NEVER;
});
export type Moment = z.output<typeof moment>;
export const asOf = moment.exactOptional();
export const asOfQuery = z.strictObject({ asOf });

export const conversationParams = z.strictObject({ id: conversationId });
export const participantParams = z.strictObject({ id: conversationId, userId });
export const messageParams = z.strictObject({ id: messageId });
export const jobParams = z.strictObject({ id: jobId });
/** Not validated: what isn't an id is the id of no image. */
export const imageParams = z.strictObject({ imageId: z.string() });
export const isImageId = (value: string): boolean => imageId.safeParse(value).success;

export const pageQuery = z.strictObject(pageFields);
export const messagesQuery = z.strictObject({
  ...pageFields,
  asOf,
  before: messageId.exactOptional(),
  after: messageId.exactOptional(),
});
export const jobsQuery = z
  .strictObject({
    ...pageFields,
    status: oneOf(['accepted', 'queued', 'running', 'completed', 'failed', 'cancelled']).exactOptional(),
    conversation: conversationId.exactOptional(),
    all: oneOf(['true', 'false']).default('false'),
    order: oneOf(['newest', 'queue']).default('newest'),
  })
  .refine(
    ({ order, all, status, conversation }) =>
      order === 'newest' || (all === 'true' && status === 'queued' && conversation === undefined),
    {
      path: ['order'],
      message: "goes by the queue for everyone's waiting jobs alone: all=true&status=queued",
    },
  );
export const queueQuery = z.strictObject({
  asOf,
  limit: numeral(1, longestPage).default(longestPage),
});
export const auditQuery = z.strictObject({
  ...pageFields,
  conversation: conversationId.exactOptional(),
  message: messageId.exactOptional(),
  job: jobId.exactOptional(),
  actor: text(255, 1).exactOptional(),
  type: oneOf(Object.keys(catalogue)).exactOptional(),
  correlation: text(255, 1).exactOptional(),
  from: time.exactOptional(),
  to: time.exactOptional(),
  after: position.exactOptional(),
  before: position.exactOptional(),
  text: text(200, 1)
    .refine((words) => wordsOf(words).length > 0, 'must hold a word')
    .exactOptional(),
});
export type AuditQuery = z.output<typeof auditQuery>;
export const imageQuery = z.strictObject({
  download: text(200, 1)
    .regex(/^\P{Cc}*$/u, 'must not contain control characters')
    .exactOptional(),
});

export const minPosition = z.strictObject({ 'Darkroom-Min-Position': position });
export const idempotencyKey = z.strictObject({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 printable characters of ASCII'),
});

export const newSession = z.strictObject({
  name: z.string().transform(plainName).pipe(person.shape.name),
  roles: z
    .array(oneOf(roles))
    .min(1, 'must name at least one role')
    .max(roles.length, 'must name each role once')
    .transform((names) => [...new Set(names)])
    .default(['user']),
});

const mostParticipants = 200;
export const newConversation = z.strictObject({
  conversationId: conversationId.optional(),
  title: personal(text(200)).optional(),
  participants: z
    .array(userId)
    .max(mostParticipants, `must have at most ${mostParticipants} entries`)
    .optional(),
});
export const newTitle = z.strictObject({ title });
export const newParticipant = z.strictObject({ userId });

const longestPrompt = 4_000;
const wantedImage = (longestTimeout: number) =>
  z.strictObject({
    prompt: prompt.optional(),
    negativePrompt: personal(text(longestPrompt)).nullable().optional(),
    width: side.optional(),
    height: side.optional(),
    steps: steps.optional(),
    seed: seed.optional(),
    count: count.optional(),
    model: text(200, 1).nullable().optional(),
    priority: priority.optional(),
    timeoutMs: z
      .int('must be a whole number')
      .min(1_000, 'must be at least 1000')
      .max(longestTimeout, `must be at most ${longestTimeout}`)
      .nullable()
      .optional(),
  });

/** `longestTimeout`: setting JOB_TIMEOUT_MS. */
export const newMessage = (longestTimeout: number) =>
  z
    .strictObject({
      messageId: messageId.optional(),
      text: messageText,
      metadata: messageMetadata.optional(),
      image: wantedImage(longestTimeout).optional(),
    })
    .refine((message) => message.text !== '' || message.image?.prompt !== undefined, {
      path: ['text'],
      message: 'must not be empty where there is no image with a prompt',
    })
    .refine(
      ({ text, image }) =>
        image === undefined || image.prompt !== undefined || charactersOf(text) <= longestPrompt,
      {
        path: ['text'],
        message: `must have at most ${longestPrompt.toLocaleString('en')} characters where it is the prompt`,
      },
    );
export const newText = z.strictObject({ text: personal(text(16_000, 1)) });
export const metadataPatch = messageMetadata;

const mostJobs = 1_000;
export const jobsToCancel = z
  .strictObject({
    jobIds: z
      .array(jobId)
      .max(mostJobs, `must have at most ${mostJobs.toLocaleString('en')} entries`)
      .transform((ids) => [...new Set(ids)])
      .optional(),
    all: z.boolean().default(false),
  })
  .refine(({ jobIds, all }) => jobIds === undefined || !all, {
    path: ['all'],
    message: 'must not be true where jobIds names the jobs',
  });
export const newPriority = z.strictObject({ priority });
