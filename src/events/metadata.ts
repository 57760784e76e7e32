import { z } from 'zod';
import { conversationId, jobId, messageId, userId } from './ids.ts';
import { personal, text } from './json.ts';

/** A person as they were called when it happened. */
export const person = z.strictObject({ id: userId, name: personal(text(100, 1)) });
export type Person = z.infer<typeof person>;

/** Who did it: a person, or a part of Darkroom (`worker:<id>`, `sweep`, `queueing`, `cli:<user>`). */
export const actor = z.strictObject({ id: text(255, 1), name: personal(text(100, 1)) });
export type Actor = z.infer<typeof actor>;

/** What a process does that is no duty of its own: to name a log, to read new documents. */
export const darkroom: Actor = { id: 'darkroom', name: 'Darkroom' };

/** What does things by itself; nobody can sign in under these ids. */
export const isPartOfDarkroom = (actorId: string): boolean =>
  /^(worker:|cli:|sweep$|queueing$|sealing$|darkroom$)/.test(actorId);

/** What of an event is a person's, encrypted with their key: log/encryption/codec.ts. */
const personalBox = z.strictObject({ person: z.string(), generation: z.int().min(1), box: z.base64() });
export type PersonalBox = z.infer<typeof personalBox>;

/** Whom an event concerns, so that nothing needs a look-up to know it. */
export const subject = z.strictObject({
  conversationId: conversationId.exactOptional(),
  messageId: messageId.exactOptional(),
  jobId: jobId.exactOptional(),
  /** Whose job it is. */
  ownerId: userId.exactOptional(),
  /** Whose message it is whose text somebody changed. */
  authorId: userId.exactOptional(),
});
export type Subject = z.infer<typeof subject>;

/**
 * From where a person's command came, and by which way; sockets carry none. Left out where it isn't known (from
 * before it was noted), and of what follows from the actor: the command line (`cli:`) and parts of Darkroom.
 */
export const origin = z.strictObject({ way: z.literal('http'), address: personal(text(64)) });
export type Origin = z.infer<typeof origin>;

export const eventMetadata = z.strictObject({
  actor,
  /** The request that began it all. */
  correlationId: text(255, 1),
  /** The command of a person; of what acts by itself, the event that made it act. */
  causationId: text(255, 1),
  origin: origin.exactOptional(),
  /** When it was decided, ISO 8601 UTC. */
  at: z.iso.datetime({ precision: 3 }),
  /** Version of the event's type. */
  schema: z.int().min(1),
  subject,
  /** In the log alone, never before what decrypts it. */
  personal: z.array(personalBox).exactOptional(),
});
export type EventMetadata = z.infer<typeof eventMetadata>;
