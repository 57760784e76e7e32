import { z } from 'zod';
import { defineEvents, type EventOf } from './define.ts';
import { position } from './ids.ts';

/**
 * Stream `seals`: what the log held up to a place, so that a later change of it is found out. A stream of
 * its own, for the log's identity is looked for in `log` each time that it is opened, from the end.
 */
export const sealEvents = defineEvents({
  LogSealed: {
    version: 1,
    data: z.strictObject({
      /** Events from the log's begin on, seals among them. */
      count: z.int().min(1),
      /** Position of the last of them. */
      through: position,
      /** The chain's hash after that one: SHA-256, hexadecimal. */
      hash: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
    }),
  },
});
export type SealEvent = EventOf<typeof sealEvents>;
