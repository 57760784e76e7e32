import { v7 } from 'uuid';
import type { EventId, LogId } from '../ids.ts';
import { type LogEvent, logEvents } from '../logIdentity.ts';
import type { Actor, EventMetadata } from '../metadata.ts';
import { logStream } from '../streams.ts';
import type { EventLog, NewEvent } from './eventLog.ts';

/**
 * Gives the log another identity. To be done whenever events of it were lost, for what comes in their places is
 * something else: a cursor or a checkpoint from before may lie below the new head and be silently wrong, and is
 * refused where the log is called otherwise. Processes that have the log open learn of it when they open it
 * again. `restored` tells from what it was made again, where that is known.
 */
export const renewIdentity = async (
  log: Pick<EventLog, 'append'>,
  actor: Actor,
  restored: Extract<LogEvent, { type: 'LogRestored' }>['data'] | null = null,
): Promise<LogId> => {
  const newId = v7() as LogId;
  const correlationId = v7();
  const metadata = (schema: number): EventMetadata => ({
    ...{ actor, correlationId, causationId: correlationId },
    ...{ at: new Date().toISOString(), schema, subject: {} },
  });
  const events: NewEvent[] = [
    {
      ...{ id: v7() as EventId, type: 'LogIdentified', data: { logId: newId } },
      metadata: metadata(logEvents.LogIdentified.version),
    },
  ];
  if (restored !== null)
    events.unshift({
      ...{ id: v7() as EventId, type: 'LogRestored', data: restored },
      metadata: metadata(logEvents.LogRestored.version),
    });
  await log.append(logStream, 'exists', events);
  return newId;
};
