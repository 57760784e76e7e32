import { decode } from '../events/catalogue.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { Actor } from '../events/metadata.ts';
import { queueStream } from '../events/streams.ts';

/** Who paused the queue, and when (ISO 8601); null while it isn't paused, as the log has it now. */
export const readPause = async (
  log: Pick<EventLog, 'readStream'>,
): Promise<{ readonly by: Actor; readonly at: string } | null> => {
  const last = { direction: 'backwards', maxCount: 1 } as const;
  for await (const recorded of log.readStream(queueStream, last)) {
    const event = decode(recorded);
    if (event?.type === 'QueuePaused') return { by: event.actor, at: event.at };
  }
  return null;
};
