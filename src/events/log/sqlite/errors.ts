import { ThreadError } from '../../../sqlite/thread.ts';
import { EventLogUnavailable, EventLogUnopenable } from '../eventLog.ts';

/** An id of the append belongs to another event already: ids were not made as they should be. */
export class EventIdTaken extends Error {
  readonly code = 'event_id_taken';
  constructor(id: string) {
    super(`event id ${id} belongs to another append already; every event needs an id of its own`);
    this.name = 'EventIdTaken';
  }
}

const damaged = /^SQLITE_(CORRUPT|NOTADB)/;

const sentence = (file: string, code: string, message: string): string => {
  if (/^SQLITE_FULL/.test(code))
    return `The disk of the event log ${file} is full; free some space, then try again.`;
  if (/^SQLITE_BUSY/.test(code))
    return `Another process holds the write lock of the event log ${file} for too long; find it and stop it.`;
  if (damaged.test(code)) return `The event log ${file} is damaged (${code}); restore it from a backup.`;
  return `The event log ${file} can not be read or written (${code}: ${message}).`;
};

/** What an error that came out of a thread means to the log's caller. */
export const explainFailure = (file: string, error: unknown): Error => {
  if (!(error instanceof ThreadError))
    return error instanceof Error ? error : new EventLogUnavailable(String(error));
  if (error.code === 'unopenable_file') return new EventLogUnopenable(error.message, { cause: error });
  return new EventLogUnavailable(sentence(file, error.code, error.message), { cause: error });
};

export const logIsClosed = (file: string): EventLogUnavailable =>
  new EventLogUnavailable(`The event log ${file} has been closed.`);

/** Whether trying the same read again can help: not where the file is damaged or the log was closed. */
export const canPass = (error: unknown): boolean =>
  error instanceof EventLogUnavailable &&
  error.cause instanceof ThreadError &&
  !damaged.test(error.cause.code);
