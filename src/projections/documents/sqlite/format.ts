import type { FileFormat } from '../../../sqlite/openDatabase.ts';

/** The file of documents. Its collections' tables are made when they are prepared. */
export const format: FileFormat = {
  what: 'document store',
  applicationId: 0x44_4b_44_43,
  version: 1,
  schema: `
    CREATE TABLE checkpoints (name TEXT PRIMARY KEY, log_id TEXT NOT NULL, position TEXT NOT NULL);
    CREATE TABLE records (
      kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, version INTEGER NOT NULL, expires_at INTEGER,
      PRIMARY KEY (kind, id)
    );
    CREATE INDEX records_expires_at ON records (expires_at) WHERE expires_at IS NOT NULL;
  `,
};
