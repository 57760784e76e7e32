import { z } from 'zod';
import { position } from '../../events/ids.ts';
import { actor } from '../../events/metadata.ts';
import { type ProblemCode, problems } from '../problems.ts';
import { auditItem } from './eventShapes.ts';
import * as shapes from './shapes.ts';

const pageOf = (item: z.ZodType) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });

const codes = Object.keys(problems) as readonly ProblemCode[];

export const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string(),
  code: z.enum(codes),
  reference: z.string(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
});

const reason = z.string().nullable();
const whatToDo = z.string().nullable();
const isWell = z.enum(['running', 'failing']);

const health = z.strictObject({
  status: z.enum(['ready', 'not_ready']),
  parts: z.object({
    eventLog: z.object({
      ...{ state: z.enum(['ready', 'not_ready']), position: position.nullable(), reason, whatToDo },
    }),
    documents: z.object({
      ...{ state: z.enum(['ready', 'not_ready']), position: position.nullable(), reason, whatToDo },
      lag: z.number().nullable(),
    }),
    projections: z.array(
      z.object({ name: z.string(), state: z.string(), position: position.nullable(), reason, whatToDo }),
    ),
    engines: z
      .array(z.object({ name: z.string(), state: z.enum(['unknown', 'well', 'unwell']), reason, whatToDo }))
      .optional(),
    sweep: z.object({ state: isWell, reason, whatToDo }).optional(),
    queueing: z.object({ leads: z.boolean() }).optional(),
    collecting: z.object({ state: isWell, reason, whatToDo }).optional(),
  }),
});

/** What is answered, by the names that the document gives it. */
export const answerShapes = {
  Problem: problem,
  Person: shapes.person,
  Actor: actor,
  Principal: shapes.principal,
  Conversation: shapes.conversation,
  Message: shapes.message,
  ImageRequest: shapes.imageRequest,
  ImageState: shapes.imageState,
  Picture: shapes.shownPicture,
  ShownError: shapes.shownError,
  FailureCode: shapes.failureCode,
  Job: shapes.job,
  Queue: shapes.queue,
  Engine: shapes.engine,
  Wait: shapes.wait,
  AuditItem: auditItem,
  Health: health,
  Alive: z.strictObject({ status: z.literal('ok') }),
  SignIn: z.strictObject({ mode: z.enum(['local', 'jwt']) }),
  SignedIn: z.strictObject({ token: z.string(), user: shapes.principal }),
  Me: z.strictObject({ user: shapes.principal }),
  Done: z.strictObject({ position }),
  ConversationDone: z.strictObject({ conversation: shapes.conversation, position }),
  ConversationFound: z.strictObject({ conversation: shapes.conversation, asOf: position.optional() }),
  ConversationPage: pageOf(shapes.conversation),
  MessagePosted: z.strictObject({
    message: shapes.message,
    job: z.strictObject({ jobId: z.uuid() }).optional(),
    position,
  }),
  MessageDone: z.strictObject({ message: shapes.message, position }),
  MessageFound: z.strictObject({ message: shapes.message, asOf: position.optional() }),
  MessagePage: pageOf(shapes.message).extend({ asOf: position }),
  JobDone: z.strictObject({ job: shapes.job, position }),
  JobFound: z.strictObject({ job: shapes.job, asOf: position.optional() }),
  JobPage: pageOf(shapes.job),
  JobsCancelled: z.strictObject({ cancelled: z.array(z.uuid()), position }),
  JobWaits: z.strictObject({ jobId: z.uuid(), waits: z.array(shapes.wait) }),
  Engines: z.array(shapes.engine),
  AuditPage: pageOf(auditItem),
  AnyObject: shapes.anyObject,
} as const satisfies Record<string, z.ZodType>;

export type AnswerShape = keyof typeof answerShapes;
