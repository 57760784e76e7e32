import { z } from 'zod';
import { defineEvents, type EventOf } from './define.ts';
import { imageId } from './ids.ts';

/** Stream `sweep-<date>`: what the sweep did beside jobs and engines, whose own streams tell the rest. */
export const sweepEvents = defineEvents({
  /** Images that no job shows were removed from the image store. */
  ImagesCollected: {
    version: 1,
    data: z.strictObject({
      images: z.array(imageId).min(1).max(100),
      /** They had been stored before then. */
      storedBefore: z.iso.datetime({ precision: 3 }),
    }),
  },
});
export type SweepEvent = EventOf<typeof sweepEvents>;
