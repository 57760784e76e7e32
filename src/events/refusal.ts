import { z } from 'zod';
import { defineEvents, type EventOf } from './define.ts';
import { text } from './json.ts';

/**
 * Stream `refusals-<date>`: commands of signed-in people that a rule refused. Nothing changed by them, but
 * who looks for the cause of a thing must see what was tried too.
 */
export const refusalEvents = defineEvents({
  CommandRefused: {
    version: 1,
    data: z.strictObject({
      /** As the protocol names the call: `PATCH /messages/:id`. */
      command: text(200, 1),
      /** Of the answer: a code of docs/errors.md. */
      code: text(100, 1),
      /** Refused before it by the same person, and not recorded: who tries without end fills no log. */
      unrecorded: z.int().min(0),
    }),
  },
});
export type RefusalEvent = EventOf<typeof refusalEvents>;
