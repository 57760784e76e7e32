import { type EventId, type LogId, logId } from '../ids.ts';
import { logEvents } from '../logIdentity.ts';
import { darkroom } from '../metadata.ts';
import { logStream } from '../streams.ts';
import { type EventLog, type ExpectedRevision, WrongExpectedRevision } from './eventLog.ts';

type Identifiable = Pick<EventLog, 'append' | 'readStream'>;

/** The newest identity that the log states, or the revision at which one can be stated. */
const readIdentity = async (
  log: Identifiable,
): Promise<{ found: LogId } | { statedAt: ExpectedRevision }> => {
  let statedAt: ExpectedRevision = 'no_stream';
  for await (const event of log.readStream(logStream, { direction: 'backwards' })) {
    if (event.type === 'LogIdentified') return { found: logId.parse(event.data.logId) };
    if (statedAt === 'no_stream') statedAt = event.revision;
  }
  return { statedAt };
};

/**
 * The log's identity, kept in the log itself, so that whoever copies the log copies it too. A log without
 * one is given it here; of several processes that open a new log at once one wins and the others read it.
 */
export const identifyLog = async (log: Identifiable, newId: () => string): Promise<LogId> => {
  for (;;) {
    const identity = await readIdentity(log);
    if ('found' in identity) return identity.found;
    const id = newId() as EventId;
    const event = {
      id,
      type: 'LogIdentified',
      data: { logId: newId() },
      metadata: {
        actor: darkroom,
        correlationId: id,
        causationId: id,
        at: new Date().toISOString(),
        schema: logEvents.LogIdentified.version,
        subject: {},
      },
    };
    try {
      await log.append(logStream, identity.statedAt, [event]);
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
    }
  }
};
