import { z } from 'zod';
import { defineEvents, type EventOf } from './define.ts';
import { userId } from './ids.ts';

/** Stream `person-<id>`: what concerns a person as such. */
export const personEvents = defineEvents({
  /** Their key was destroyed: what they wrote before, and what they were called, can't be read any longer. */
  PersonErased: { version: 1, data: z.strictObject({ personId: userId }) },
});
export type PersonEvent = EventOf<typeof personEvents>;
