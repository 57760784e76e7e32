import { z } from 'zod';
import { defineEvents, type EventOf } from './define.ts';
import { failureCodes } from './failures.ts';
import { conversationId, imageId, jobId, messageId, position } from './ids.ts';
import { imageRequest, priority, seed } from './imageRequest.ts';
import { text } from './json.ts';
import { actor, person } from './metadata.ts';

const failureCode = z.enum(failureCodes);
/** What a worker or an engine is called, or a failure filed under. */
const name = text(255, 1);
/** 1 for the first attempt. It is the fence: a worker whose attempt is over can't add to the job. */
const attempt = z.int().min(1);
const milliseconds = z.number().min(0);
const time = z.iso.datetime({ precision: 3 });

/**
 * Where a job stands in the queue's order: priority, then round, then ticket. Carried by every event
 * that moves the queue, so that a change of the queue can be told from the event alone.
 */
export const queueOrder = z.strictObject({
  /** The position of the job's JobQueued event. */
  ticket: position,
  priority,
  /** 0 but under fair share. */
  round: z.int().min(0),
});
export type QueueOrder = z.infer<typeof queueOrder>;

export const picture = z.strictObject({
  imageId,
  width: z.int().min(1),
  height: z.int().min(1),
  contentType: z.enum(['image/png', 'image/jpeg', 'image/webp']),
  bytes: z.int().min(1),
  seed,
});
export type Picture = z.infer<typeof picture>;

/** Stream `job-<id>`. The arrows between them are drawn in docs/jobs.md and kept by commands/job.ts. */
export const jobEvents = defineEvents({
  JobQueued: {
    version: 1,
    data: z.strictObject({
      jobId,
      conversationId,
      messageId,
      owner: person,
      request: imageRequest,
      priority,
      round: z.int().min(0),
      limits: z.strictObject({ attempts: z.int().min(1), timeoutMs: z.int().min(1) }),
      retryOf: jobId.nullable(),
    }),
  },
  /** The queueing process refused it; it was never in the queue. */
  JobRefused: { version: 1, data: z.strictObject({ code: failureCode, reference: name }) },
  JobStarted: {
    version: 1,
    data: z.strictObject({ worker: name, engine: name, attempt, order: queueOrder }),
  },
  /**
   * A picture of it is at an engine that can be asked for it later, under this id: where the engine takes an id of
   * ours, this is told before the engine is; else as soon as the engine has answered.
   */
  JobSubmitted: {
    version: 1,
    data: z.strictObject({
      attempt,
      engine: name,
      /** Which of the pictures of one request, from 0. */
      picture: z.int().min(0).max(7),
      engineId: name,
      /** Where to ask, at engines that say so themselves. */
      pollingUrl: text(2_000).nullable(),
    }),
  },
  JobProgressed: {
    version: 1,
    data: z.strictObject({
      attempt,
      step: z.int().min(0),
      steps: z.int().min(1),
      stage: text(100),
      preview: imageId.nullable(),
    }),
  },
  JobCompleted: {
    version: 1,
    data: z.strictObject({
      attempt,
      images: z.array(picture).min(1).max(8),
      seed,
      engine: name,
      model: text(255),
      durations: z.strictObject({ waitedMs: milliseconds, drawnMs: milliseconds }),
      order: queueOrder,
    }),
  },
  JobFailed: {
    version: 1,
    data: z.strictObject({
      code: failureCode,
      retryable: z.boolean(),
      attempt,
      /** Under which the operator's log holds the cause. */
      reference: name,
      order: queueOrder,
    }),
  },
  /** An attempt ended and another follows: the job waits again with the ticket that it had. */
  JobRequeued: {
    version: 1,
    data: z.strictObject({
      why: failureCode,
      attempt,
      nextAttempt: attempt,
      notBefore: time.nullable(),
      reference: name,
      order: queueOrder,
    }),
  },
  JobPrioritized: {
    version: 1,
    /** `order` holds the new priority. */
    data: z.strictObject({
      previousPriority: priority,
      was: z.enum(['waiting', 'running']),
      order: queueOrder,
    }),
  },
  JobCancelled: {
    version: 1,
    /** `order` is null where the job was accepted but not yet queued. */
    data: z.strictObject({
      by: actor,
      was: z.enum(['accepted', 'waiting', 'running']),
      order: queueOrder.nullable(),
    }),
  },
  /** A worker finished an attempt that was no longer its own; its pictures are not shown. */
  JobResultDiscarded: {
    version: 1,
    data: z.strictObject({ attempt, images: z.array(imageId).max(8), why: text(200) }),
  },
});
export type JobEvent = EventOf<typeof jobEvents>;
