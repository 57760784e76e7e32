import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSqliteDocumentStore } from '../../src/projections/documents/sqlite/sqliteDocumentStore.ts';
import { openTemporaryDocuments } from '../support/temporaryDocuments.ts';
import { documentStoreContract } from './documentStore.contract.ts';

documentStoreContract('SQLite', openTemporaryDocuments);

describe('a document store on SQLite', () => {
  it('refuses a file that is no database by one sentence, and leaves it as it was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'darkroom-damaged-'));
    const file = join(folder, 'documents.db');
    const bytes = 'not a database '.repeat(20);
    writeFileSync(file, bytes);
    await expect(openSqliteDocumentStore(file)).rejects.toThrow(/documents\.db is no SQLite database/);
    expect(readFileSync(file, 'utf8')).toBe(bytes);
    rmSync(folder, { recursive: true });
  });

  it('is one whole file once it is closed, which can be copied or moved', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'darkroom-closed-'));
    const documents = await openSqliteDocumentStore(join(folder, 'documents.db'));
    await documents.writeRecord('seen', 'first', null, { by: 'nobody' });
    expect(await documents.readRecord('seen', 'first')).toMatchObject({ value: { by: 'nobody' } });
    await documents.close();
    expect(readdirSync(folder)).toEqual(['documents.db']);
    rmSync(folder, { recursive: true });
  });
});
