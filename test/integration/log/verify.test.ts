import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { v7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventId } from '../../../src/events/ids.ts';
import type { EventLog } from '../../../src/events/log/eventLog.ts';
import { openKurrentdbEventLog } from '../../../src/events/log/kurrentdb/kurrentdbEventLog.ts';
import { beginOfChain, type ChainEnd, chainOn } from '../../../src/events/log/seals/chain.ts';
import { type Breach, verifyLog } from '../../../src/events/log/seals/verifyLog.ts';
import { openSqliteEventLog } from '../../../src/events/log/sqlite/sqliteEventLog.ts';
import { sealStream } from '../../../src/events/streams.ts';
import { startStandIn } from '../../support/kurrentdb/standIn.ts';
import { newEvent } from '../../support/newEvent.ts';
import { makeTemporaryFolder } from '../../support/temporaryLog.ts';

const seal = async (log: EventLog): Promise<ChainEnd> => {
  let chain = beginOfChain;
  for await (const event of log.readAll()) chain = chainOn(chain, event);
  await log.append(sealStream, 'any', [{ ...newEvent({ ...chain }), type: 'LogSealed' }]);
  return chain;
};

/** Thirty events of three streams in their order, each third of them sealed. */
const fill = async (log: EventLog): Promise<void> => {
  for (let number = 0; number < 30; number += 1) {
    await log.append(`job-${number % 3}`, 'any', [newEvent({ number })]);
    if (number % 10 === 9) await seal(log);
  }
};

/** Between which seals it was found, by how many events they cover. The log's identity comes first. */
const between = (breach: Breach | null) => [breach?.after.count, breach?.until?.count];

describe('verifying a log', () => {
  let folder: Awaited<ReturnType<typeof makeTemporaryFolder>>;
  beforeEach(async () => {
    folder = await makeTemporaryFolder();
  });
  afterEach(() => folder.remove());

  describe('in an SQLite file that somebody wrote into', () => {
    const breachAfter = async (...tampering: string[]) => {
      const file = join(folder.folder, 'events.db');
      const log = await openSqliteEventLog(file);
      await fill(log);
      await log.close();
      const database = new Database(file);
      for (const statement of tampering) database.exec(statement);
      database.close();
      const again = await openSqliteEventLog(file);
      const verification = await verifyLog(again);
      await again.close();
      return verification.breach;
    };
    const at = (number: number): string => `json_extract(data, '$.number') = ${number}`;

    it('finds nothing where nobody did', async () => {
      expect(await breachAfter()).toBeNull();
    });

    it.each([
      ['changed an event', `UPDATE event SET data = '{"number":99}' WHERE ${at(14)}`],
      ['changed who did it', `UPDATE event SET metadata = replace(metadata, 'Ada', 'Eve') WHERE ${at(14)}`],
      ['gave an event another id', `UPDATE event SET id = '${v7()}' WHERE ${at(14)}`],
      ['made an event unreadable', `UPDATE event SET data = '{' WHERE ${at(14)}`],
    ])('tells between which seals who %s', async (_, statement) => {
      expect(between(await breachAfter(statement))).toEqual([11, 22]);
    });

    it('names the place where an event is missing', async () => {
      const breach = await breachAfter(`DELETE FROM event WHERE ${at(14)}`);
      expect(breach?.what).toMatch(/between the positions 0{18}16 and 0{18}18/);
      expect(between(breach)).toEqual([11, 22]);
    });

    it('finds two events that changed places', async () => {
      const swap = (from: string, to: string) => `UPDATE event SET position = ${to} WHERE position = ${from}`;
      const breach = await breachAfter(swap('17', '1000'), swap('18', '17'), swap('1000', '18'));
      expect(between(breach)).toEqual([11, 22]);
    });

    it('finds an event that was written between, and all after it moved on', async () => {
      const breach = await breachAfter(
        'UPDATE event SET position = position + 1000 WHERE position > 17',
        'UPDATE event SET position = position - 999 WHERE position > 1000',
        `INSERT INTO event SELECT 18, '${v7()}', 'job-new', 0, type, data, metadata, recorded_at FROM event WHERE position = 17`,
      );
      expect(between(breach)).toEqual([11, 22]);
    });

    it('finds that every seal is gone, and what comes after the last whole one', async () => {
      const breach = await breachAfter(`DELETE FROM event WHERE type = 'LogSealed'`);
      expect(breach?.what).toMatch(/between the positions/);
    });
  });

  describe('on an EventStoreDB server (the stand-in) whose files somebody wrote into', () => {
    const breachAfter = async (tamper: (lines: string[]) => string[]) => {
      const file = join(folder.folder, 'server');
      const fresh = await startStandIn({ port: 0, file });
      const log = await openKurrentdbEventLog(fresh.url, { namespace: 'sealed.' });
      await fill(log);
      await log.close();
      await fresh.stop();
      const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
      writeFileSync(file, `${tamper(lines).join('\n')}\n`);
      const server = await startStandIn({ port: 0, file });
      const again = await openKurrentdbEventLog(server.url, { namespace: 'sealed.' });
      const verification = await verifyLog(again);
      await again.close();
      await server.stop();
      return verification.breach;
    };
    /** The identity, ten events, their seal and five more come before. */
    const line = 16;
    const rewritten = (text: string, change: (event: { id: string; data: string }) => object): string => {
      const { events, ...rest } = JSON.parse(text);
      return JSON.stringify({ ...rest, events: events.map(change) });
    };
    const base64 = (text: string): string => Buffer.from(text).toString('base64');

    it('finds nothing where nobody did', async () => {
      expect(await breachAfter((lines) => lines)).toBeNull();
    });

    it.each([
      [
        'changed an event',
        (lines: string[]) =>
          lines.with(
            line,
            rewritten(lines[line] ?? '', (event) => ({ ...event, data: base64('{"number":99}') })),
          ),
      ],
      [
        'made an event unreadable',
        (lines: string[]) =>
          lines.with(
            line,
            rewritten(lines[line] ?? '', (event) => ({ ...event, data: base64('{') })),
          ),
      ],
      ['removed an event', (lines: string[]) => lines.toSpliced(line, 1)],
      [
        'put an event between',
        (lines: string[]) =>
          lines.toSpliced(
            line,
            0,
            rewritten(lines[line] ?? '', (event) => ({ ...event, id: v7() as EventId })),
          ),
      ],
      [
        'swapped two events',
        (lines: string[]) => lines.with(line, lines[line + 1] ?? '').with(line + 1, lines[line] ?? ''),
      ],
    ])('tells between which seals who %s', async (_, tamper) => {
      expect(between(await breachAfter(tamper))).toEqual([11, 22]);
    });
  });

  describe('by the command', () => {
    const run = async (...words: string[]) => {
      const command = ['--import', 'tsx', 'src/cli/darkroom.ts', 'log', ...words];
      const env = { ...process.env, DATA_DIR: folder.folder };
      try {
        return { ...(await promisify(execFile)(process.execPath, command, { env })), code: 0 };
      } catch (cause) {
        return cause as { stdout: string; stderr: string; code: number };
      }
    };

    it('ends with 0 for a whole log, 3 for one that was written into, by published seals too, and 1 for one without seals', async () => {
      const file = join(folder.folder, 'events.db');
      const log = await openSqliteEventLog(file);
      expect(await run('verify')).toMatchObject({ code: 1, stderr: expect.stringMatching(/has no seal/) });
      await fill(log);
      const published = join(folder.folder, 'seals.ndjson');
      writeFileSync(published, (await run('seals', '--json')).stdout);
      expect(await run('verify', '--seals', published)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/6 seals/),
      });

      const database = new Database(file);
      database.exec('DELETE FROM event WHERE position > 22');
      database.close();
      const found = await run('verify', '--seals', published, '--json');
      expect(found.code).toBe(3);
      expect(JSON.parse(found.stdout)).toMatchObject({
        logId: log.logId,
        breach: { after: { count: 22 }, until: { count: 33, from: 'published' } },
      });
      await log.close();
    });
  });
});
