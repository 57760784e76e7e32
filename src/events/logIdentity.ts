import { z } from 'zod';
import { defineEvents, type EventOf } from './define.ts';
import { logId, position } from './ids.ts';

/** Stream `log`: which log this is, so that a position of another log is found out rather than believed. */
export const logEvents = defineEvents({
  LogIdentified: { version: 1, data: z.strictObject({ logId }) },
  /** What follows is another future than the one that the log was backed up before. */
  LogRestored: {
    version: 1,
    data: z.strictObject({
      /** How the log was called when it was backed up. */
      logId,
      /** Position of the last event of the backup. */
      through: position,
      backedUpAt: z.iso.datetime(),
    }),
  },
});
export type LogEvent = EventOf<typeof logEvents>;
