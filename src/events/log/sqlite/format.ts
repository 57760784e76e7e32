import type { FileFormat } from '../../../sqlite/openDatabase.ts';

/**
 * The file of events. AUTOINCREMENT, for a position is never given twice, whatever is deleted or
 * vacuumed. Text of data and metadata is kept as it was appended.
 */
export const eventLogFormat: FileFormat = {
  what: 'event log',
  /** "DrEv" in ASCII. */
  applicationId: 0x44724576,
  version: 1,
  schema: `
    CREATE TABLE event (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      stream TEXT NOT NULL,
      revision INTEGER NOT NULL,
      type TEXT NOT NULL,
      data TEXT NOT NULL,
      metadata TEXT NOT NULL,
      recorded_at TEXT NOT NULL,
      UNIQUE (stream, revision)
    ) STRICT`,
};
