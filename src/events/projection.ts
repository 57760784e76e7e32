import { z } from 'zod';
import { defineEvents, type EventOf } from './define.ts';
import { position } from './ids.ts';
import { text } from './json.ts';

/** Which documents: a version of the projection, and which building of it. */
const generation = z.strictObject({ version: z.int().min(1), generation: z.int().min(1) });

/** Stream `projection-<name>`: what people decided about documents that are projected from this log. */
export const projectionEvents = defineEvents({
  /** Readers read these documents from here on. `previous`: what was read before, by nodes of an older release too; null: nothing. */
  ProjectionActivated: {
    version: 1,
    data: z.strictObject({ ...generation.shape, previous: generation.nullable() }),
  },
  /** The projection can not digest the event at that position and leaves it out, whenever it is built. */
  EventSkipped: { version: 1, data: z.strictObject({ position, reason: text(1_000, 1) }) },
});
export type ProjectionEvent = EventOf<typeof projectionEvents>;
