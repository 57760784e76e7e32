import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillLog } from '../../../bench/fill.ts';
import { openSqliteEventLog, type SqliteEventLog } from '../../../src/events/log/sqlite/sqliteEventLog.ts';
import { projections } from '../../../src/projections/all.ts';
import type { DocumentStore } from '../../../src/projections/documents/documentStore.ts';
import { openSqliteDocumentStore } from '../../../src/projections/documents/sqlite/sqliteDocumentStore.ts';
import { createPointers, readStandings } from '../../../src/projections/generations.ts';
import { messages } from '../../../src/projections/messages.ts';
import { checkpointName } from '../../../src/projections/projection.ts';
import { build } from '../../../src/projections/rebuild.ts';
import { startProjections } from '../../../src/projections/runner.ts';
import { commandLine } from '../../support/commandLine.ts';
import { makeTemporaryFolder } from '../../support/temporaryLog.ts';

/** Gives a program a terminal; where it isn't there, what is seen on one is left to the tests of the output. */
const terminal = '/usr/bin/script';
const name = checkpointName(messages);

const fail = (cause: unknown): never => {
  throw cause;
};

describe('darkroom projections rebuild', () => {
  let place: Awaited<ReturnType<typeof makeTemporaryFolder>>;
  let log: SqliteEventLog;
  let documents: DocumentStore;
  beforeAll(async () => {
    place = await makeTemporaryFolder();
    log = await openSqliteEventLog(join(place.folder, 'events.db'));
    documents = await openSqliteDocumentStore(join(place.folder, 'documents.db'));
    await fillLog(log, 1_500);
    const runner = await startProjections({
      ...{ log, documents, projections, pointers: createPointers(), onTrouble: fail },
      onStopped: ({ reason }) => fail(new Error(reason ?? 'stopped')),
    });
    await runner.whenProcessed(await log.head(), 60_000);
    await runner.stop();
  });
  afterAll(async () => {
    await documents.close();
    await log.close();
    await place.remove();
  });

  const settings = () => ({ DATA_DIR: place.folder, KEYS_URL: 'none', SEAL_MS: '86400000' });
  const rebuild = (...words: readonly string[]) =>
    commandLine(settings())('projections', 'rebuild', ...words);

  /** As if a bug had written it. */
  const spoilMessage = (): void => {
    const database = new Database(join(place.folder, 'documents.db'));
    const table = `documents_${messages.collection.name}`;
    const spoilt = database.prepare(
      `UPDATE ${table} SET body = replace(body, '"text":"', '"text":"not ') WHERE id = (SELECT min(id) FROM ${table})`,
    );
    expect(spoilt.run().changes).toBe(1);
    database.close();
  };

  it('says what would differ and changes nothing (--dry-run), or keeps what it built beside (--verify)', async () => {
    spoilMessage();
    const before = await readStandings(documents);
    const dry = await rebuild('messages', '--dry-run');
    expect([dry.code, dry.stderr]).toEqual([3, '']);
    expect(dry.stdout).toMatch(/messages: \d+ documents compared at \d{20}, 1 differ\./);
    expect(dry.stdout).toMatch(/live .*"text":"not .*\n.*rebuilt .*"text":"(?!not )/);
    expect(await readStandings(documents)).toEqual(before);

    const verified = await rebuild('messages', '--verify');
    expect([verified.code, verified.stderr]).toEqual([3, '']);
    expect(verified.stdout).toMatch(/live .*"text":"not .*\n.*rebuilt .*"text":"(?!not )/);
    expect(verified.stdout).toContain('darkroom projections activate messages --generation 2');
    expect((await readStandings(documents)).get(name)).toMatchObject({
      live: 1,
      building: null,
      kept: [1, 2],
    });
  });

  it('refuses a second rebuild of what is being built', async () => {
    const parts = { log, documents, projections: [messages], onProgress: () => undefined, onTrouble: fail };
    const building = await build({ ...parts, signal: new AbortController().signal });
    const { code, stderr } = await rebuild('messages');
    await building.close();
    expect([code, stderr]).toEqual([1, expect.stringContaining(`is building ${name}`)]);
  });

  it('is interrupted by Ctrl-C, goes on when it is given again, shows a bar on a terminal, and switches', async () => {
    const words = ['dist/src/cli/darkroom.js', 'projections', 'rebuild', '--all'];
    const env = { PATH: process.env.PATH, ...settings() };
    const first = spawn(process.execPath, [...words, '--json'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    first.stdout.on('data', (chunk: Buffer) => {
      if (told === '') first.kill('SIGINT');
      told += chunk.toString();
    });
    expect(await once(first, 'close')).toEqual([130, null]);
    const kinds = told
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).kind);
    expect([kinds[0], kinds.at(-1)]).toEqual(['progress', 'interrupted']);
    const { building } = (await readStandings(documents)).get(name) ?? fail(new Error('never built'));
    expect(building).toBe(3);

    if (existsSync(terminal)) {
      const typed = [process.execPath, ...words].join(' ');
      const shown = await promisify(execFile)(terminal, ['-qec', typed, '/dev/null'], { env });
      expect(shown.stdout).toMatch(/projections \u2588{30} 100 % {2}[\d,]+ events\/s\r\n/);
      expect(shown.stdout).toContain('messages: generation 3 is read now.');
    } else expect((await rebuild('--all')).code).toBe(0);
    const standings = await readStandings(documents);
    expect(standings.get(name)).toMatchObject({ live: 3, building: null });
    for (const each of projections.map(checkpointName).filter((other) => other !== name))
      expect([each, standings.get(each)]).toMatchObject([each, { live: 2, building: null }]);
  });
});
