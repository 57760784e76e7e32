import type Database from 'better-sqlite3';
import type { ExpectedRevision } from '../eventLog.ts';

/** An append on its way to the writer: text alone, for that crosses threads fastest. */
export interface AppendRequest {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  /** Id, type, data and metadata (both JSON) of one event after the other. */
  readonly events: readonly string[];
}
export const fieldsPerEvent = 4;

/** What became of one append of a group. */
export type AppendOutcome =
  | { readonly kind: 'appended'; readonly revision: number; readonly position: number }
  | { readonly kind: 'conflict'; readonly actual: number | null }
  | { readonly kind: 'idTaken'; readonly id: string };

const isAsExpected = (expected: ExpectedRevision, actual: number | null): boolean => {
  if (expected === 'any') return true;
  if (expected === 'no_stream') return actual === null;
  if (expected === 'exists') return actual !== null;
  return expected === actual;
};

interface Place {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
}

/**
 * Group commit: appends that wait at the same time share one transaction and so one wait for the disk.
 * Each is decided by itself, against what those before it in the group did, and inserts only what was
 * found to be right, so that none undoes another's. An error of the disk undoes the whole group.
 */
export const prepareAppends = (database: Database.Database) => {
  const findId = database.prepare<[string], Place>(
    'SELECT stream, revision, position FROM event WHERE id = ?',
  );
  const findLastRevision = database
    .prepare<[string], number>('SELECT revision FROM event WHERE stream = ? ORDER BY revision DESC LIMIT 1')
    .pluck();
  const insert = database.prepare<[string, string, number, string, string, string, string]>(
    'INSERT INTO event (id, stream, revision, type, data, metadata, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );

  /** The outcome where ids of the append are in the log already; null where none is. */
  const repeated = ({ stream, events }: AppendRequest): AppendOutcome | null => {
    let first: Place | undefined;
    let last: Place | undefined;
    let known = 0;
    for (let field = 0; field < events.length; field += fieldsPerEvent) {
      const id = events[field] ?? '';
      const place = findId.get(id);
      if (place === undefined) {
        if (known > 0) return { kind: 'idTaken', id: events[0] ?? '' };
        continue;
      }
      first ??= place;
      const isNext = place.stream === stream && place.revision === first.revision + known;
      if (!isNext || known !== field / fieldsPerEvent) return { kind: 'idTaken', id };
      last = place;
      known += 1;
    }
    return last === undefined ? null : { kind: 'appended', revision: last.revision, position: last.position };
  };

  const append = (request: AppendRequest, recordedAt: string): AppendOutcome => {
    const earlier = repeated(request);
    if (earlier !== null) return earlier;
    const { stream, expected, events } = request;
    const actual = findLastRevision.get(stream) ?? null;
    if (!isAsExpected(expected, actual)) return { kind: 'conflict', actual };
    let revision = actual ?? -1;
    let position = 0;
    for (let field = 0; field < events.length; field += fieldsPerEvent) {
      const [id = '', type = '', data = '', metadata = ''] = events.slice(field, field + fieldsPerEvent);
      revision += 1;
      const inserted = insert.run(id, stream, revision, type, data, metadata, recordedAt);
      position = Number(inserted.lastInsertRowid);
    }
    return { kind: 'appended', revision, position };
  };

  const appendAll = database.transaction((requests: readonly AppendRequest[]): AppendOutcome[] => {
    const recordedAt = new Date().toISOString();
    return requests.map((request) => append(request, recordedAt));
  });
  // Immediate: the write lock is taken first, so nothing is decided on what another process then changes.
  return (requests: readonly AppendRequest[]): AppendOutcome[] => appendAll.immediate(requests);
};
