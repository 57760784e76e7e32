import { type EventLog, EventLogUnopenable } from './eventLog.ts';

export interface OpenEventLogOptions {
  /** Of the names of our streams on a server that other programs may use too. */
  readonly namespace?: string;
  /** Is told what the log overcomes by itself and nobody waits for. */
  readonly report?: (problem: Error) => void;
}

/**
 * The event log at a URL: `sqlite:` and a file, or an EventStoreDB / KurrentDB server by its connection string.
 * The adapter is loaded here, so that who runs on SQLite doesn't load the other's client.
 * @throws EventLogUnopenable, EventLogUnavailable
 */
export const openEventLog = async (url: string, options: OpenEventLogOptions = {}): Promise<EventLog> => {
  const [scheme = ''] = url.split(':', 1);
  if (scheme === 'sqlite') {
    const { openSqliteEventLog } = await import('./sqlite/sqliteEventLog.ts');
    const { report } = options;
    return openSqliteEventLog(url.slice('sqlite:'.length), report === undefined ? {} : { report });
  }
  if (/^(esdb|kurrentdb|kurrent|kdb)(\+discover)?$/.test(scheme)) {
    const { openKurrentdbEventLog } = await import('./kurrentdb/kurrentdbEventLog.ts');
    return openKurrentdbEventLog(url, options);
  }
  throw new EventLogUnopenable(
    `There is no event log at a URL that begins with "${scheme}:"; it is sqlite:, esdb:// or esdb+discover://.`,
  );
};
