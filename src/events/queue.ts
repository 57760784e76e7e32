import { z } from 'zod';
import { defineEvents, type EventOf } from './define.ts';

/** Stream `queue-<name>`; there is one queue, `images`. */
export const queueEvents = defineEvents({
  QueuePaused: { version: 1, data: z.strictObject({}) },
  QueueResumed: { version: 1, data: z.strictObject({}) },
});
export type QueueEvent = EventOf<typeof queueEvents>;
