import { z } from 'zod';
import { defineEvents, type EventOf } from './define.ts';
import { logId } from './ids.ts';

/** Stream `log`: which log this is, so that a position of another log is found out rather than believed. */
export const logEvents = defineEvents({
  LogIdentified: { version: 1, data: z.strictObject({ logId }) },
});
export type LogEvent = EventOf<typeof logEvents>;
