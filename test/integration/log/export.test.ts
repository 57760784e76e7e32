import { hash } from 'node:crypto';
import {
  appendFile,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readManifest, writeManifest } from '../../../src/cli/backup/manifest.ts';
import { exportManifest } from '../../../src/cli/exportFormat.ts';
import { exportLog, type FileSize } from '../../../src/cli/exportLog.ts';
import { importLog, verifyExport } from '../../../src/cli/importLog.ts';
import type { ConversationId } from '../../../src/events/ids.ts';
import {
  encryptedEventLog,
  type KeptEventLog,
} from '../../../src/events/log/encryption/encryptedEventLog.ts';
import { createKeyRing } from '../../../src/events/log/encryption/keyRing.ts';
import type { EventLog, RecordedEvent } from '../../../src/events/log/eventLog.ts';
import { openSqliteEventLog } from '../../../src/events/log/sqlite/sqliteEventLog.ts';
import { conversations } from '../../../src/projections/conversations.ts';
import { images } from '../../../src/projections/images.ts';
import { jobs } from '../../../src/projections/jobs.ts';
import { messages } from '../../../src/projections/messages.ts';
import { queue } from '../../../src/projections/queue.ts';
import { memoryKeyStore } from '../../support/memoryKeyStore.ts';
import { projectedInMemory } from '../../support/projectedInMemory.ts';
import { eventsIn, recordedIn } from '../../support/readLog.ts';
import { adas, openDesks, tellStory } from '../../support/story.ts';

const runs = 5;
const read = [conversations, messages, jobs, images, queue];

describe('exporting conversations and importing them', () => {
  let folder: string;
  let opened: EventLog[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-export-'));
    opened = [];
  });
  afterEach(async () => {
    for (const log of opened) await log.close();
    await rm(folder, { recursive: true, force: true });
  });
  const at = (...names: string[]): string => join(folder, ...names);
  const openLog = async (name: string) => {
    const log = await openSqliteEventLog(at(`${name}.db`));
    opened.push(log);
    return log;
  };

  const take = (log: EventLog, to: string, of: readonly ConversationId[] | null, fileSize?: FileSize) =>
    exportLog({
      ...{ log, folder: to, conversations: of === null ? null : new Set(of), now: () => new Date() },
      ...{ onProgress: () => undefined, signal: new AbortController().signal },
      ...(fileSize === undefined ? {} : { fileSize }),
    });
  const bring = async (from: string, log: EventLog): Promise<void> => {
    const manifest = await verifyExport(from);
    for await (const _ of importLog(from, manifest, log));
  };
  /** Whose process dies after so many appends. */
  const dying = (log: EventLog, after: number): EventLog => {
    let appends = 0;
    return {
      ...log,
      append: (...append) => {
        appends += 1;
        return appends > after ? Promise.reject(new Error('died')) : log.append(...append);
      },
    };
  };

  /** What people read, with each position written as the event that lies there: so logs can be compared. */
  const documentsOf = async (log: EventLog, concerning: ReadonlySet<string>) => {
    const events = (await eventsIn(log)).filter(
      (event) => event.conversationId !== undefined && concerning.has(event.conversationId),
    );
    const at = new Map(events.map(({ position, id }) => [String(position), id]));
    const documents = projectedInMemory(events);
    const shown: Record<string, unknown> = {};
    for (const { name, collection } of read)
      shown[name] = JSON.parse(
        JSON.stringify(await documents.rows(collection, '', 1_000)).replaceAll(
          /\d{20}/g,
          (position) => at.get(position) ?? position,
        ),
      );
    return shown;
  };

  it('yields the same documents: any conversations of any log, in files of any size', async () => {
    const story = fc.record({
      messages: fc.integer({ min: 0, max: 5 }),
      isArchived: fc.boolean(),
      isNamed: fc.boolean(),
    });
    const size = fc.record({
      events: fc.integer({ min: 1, max: 30 }),
      characters: fc.integer({ min: 1, max: 20_000 }),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(story, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        size,
        async (stories, byName, fileSize) => {
          run += 1;
          const source = await openLog(`source${run}`);
          const { commands } = openDesks(source);
          // At once, so that their events lie between each other's.
          const told = await Promise.all(
            stories.map(async (each) => {
              const id = await tellStory(source, each.messages);
              if (each.isArchived) await commands.archiveConversation(adas(), id);
              return { ...each, id };
            }),
          );
          const wanted = told.filter((each) => (byName ? each.isNamed : each.isArchived)).map(({ id }) => id);
          const to = at(`export${run}`);
          if (byName && wanted.length === 0) return;
          const manifest = await take(source, to, byName ? wanted : null, fileSize);
          expect(manifest.conversations.map(({ conversationId }) => conversationId).toSorted()).toEqual(
            wanted.toSorted(),
          );
          const target = await openLog(`target${run}`);
          await bring(to, target);
          const concerning = new Set<string>(wanted);
          expect(await documentsOf(target, concerning)).toEqual(await documentsOf(source, concerning));
          const [there, here] = [await recordedIn(source), await recordedIn(target)];
          const ids = (events: readonly RecordedEvent[]) =>
            events
              .filter(({ metadata }) => concerning.has(`${metadata.subject.conversationId}`))
              .map(({ id }) => id);
          expect(ids(here)).toEqual(ids(there));
          expect(here.filter(({ stream }) => stream !== 'log')).toHaveLength(manifest.events);
        },
      ),
      { numRuns: runs },
    );
  });

  it('keeps what is encrypted encrypted: the files have nothing in plain, the same keys read the imported log', async () => {
    const keys = () => createKeyRing(store, () => performance.now());
    const store = memoryKeyStore();
    const source: KeptEventLog = encryptedEventLog(await openLog('source'), keys());
    const id = await tellStory(source, 3);
    await take(source.kept, at('export'), [id]);
    for (const name of await readdir(at('export'))) {
      const bytes = await readFile(at('export', name));
      const text = name.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString();
      expect(text).not.toContain('picture 1');
    }
    const target = await openLog('target');
    await bring(at('export'), target);
    const texts = async (log: EventLog) =>
      (await eventsIn(log)).flatMap((event) => (event.type === 'MessagePosted' ? event.data.text : []));
    expect(await texts(encryptedEventLog(target, keys()))).toEqual(['picture 0', 'picture 1', 'picture 2']);
  });

  it('goes on where it was interrupted, and adds nothing to a log that holds anything else', async () => {
    const source = await openLog('source');
    const id = await tellStory(source, 6);
    const { events } = await take(source, at('export'), [id], { events: 10, characters: 1_000_000 });
    const target = await openLog('target');
    for (const appends of [1, 7])
      await expect(bring(at('export'), dying(target, appends))).rejects.toThrow('died');
    await bring(at('export'), target);
    await bring(at('export'), target);
    const own = (await recordedIn(target)).filter(({ stream }) => stream !== 'log');
    expect(own).toHaveLength(events);

    const taken = await openLog('taken');
    await tellStory(taken, 1);
    const before = await taken.head();
    await expect(bring(at('export'), taken)).rejects.toThrow(/choose an empty log/);
    expect(await taken.head()).toBe(before);
  });

  it('leaves out what comes after the moment, and says what there is none of', async () => {
    const source = await openLog('source');
    const id = await tellStory(source, 1);
    await expect(
      take(source, at('none'), ['0193f6a2-0000-7000-8000-000000000000' as ConversationId]),
    ).rejects.toThrow(/There is no conversation 0193f6a2/);
    expect(await take(source, at('archived'), null)).toMatchObject({
      events: 0,
      conversations: [],
      files: [],
    });
    await take(source, at('export'), [id]);
    await expect(take(source, at('export'), [id])).rejects.toThrow(/is not empty/);
  });
});

describe('an export that is not as it was written', () => {
  let folder: string;
  const at = (...names: string[]): string => join(folder, ...names);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-export-'));
    const log = await openSqliteEventLog(at('source.db'));
    const id = await tellStory(log, 4);
    await exportLog({
      ...{ log, folder: at('export'), conversations: new Set([id]), now: () => new Date() },
      ...{ onProgress: () => undefined, signal: new AbortController().signal },
      fileSize: { events: 10, characters: 1_000_000 },
    });
    await log.close();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const damaged = async (files: readonly string[], damage: () => Promise<unknown>): Promise<string> => {
    const bytes = await Promise.all(files.map((file) => readFile(file)));
    await damage();
    try {
      return await verifyExport(at('export')).then(
        () => 'verified',
        (cause: unknown) => (cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)),
      );
    } finally {
      await Promise.all(files.map((file, index) => writeFile(file, bytes[index] ?? '')));
    }
  };
  const filesOf = async () => (await readdir(at('export'))).map((name) => at('export', name));

  it('is refused before anything is appended: flipped, cut, longer, missing, by the name of the file', async () => {
    const files = await filesOf();
    expect(files.length).toBeGreaterThan(3);
    const place = fc.record({
      file: fc.constantFrom(...files),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      bit: fc.integer({ min: 0, max: 7 }),
    });
    await fc.assert(
      fc.asyncProperty(place, async ({ file, at: share, bit }) => {
        const bytes = await readFile(file);
        const offset = Math.floor(share * bytes.length);
        bytes.writeUInt8(bytes.readUInt8(offset) ^ (1 << bit), offset);
        const said = await damaged([file], () => writeFile(file, bytes));
        expect(said).toMatch(/^Refused: /);
        expect(said).toContain(file);
      }),
      { numRuns: 60 },
    );
    for (const file of files)
      for (const damage of [() => truncate(file, 10), () => appendFile(file, ' '), () => unlink(file)])
        expect(await damaged([file], damage)).toMatch(/^Refused: .*(manifest\.json|events-\d{6})/);
    expect(await damaged([], async () => undefined)).toBe('verified');
  });

  it('is refused where files were swapped, or an event was changed, moved or left out and the manifest made anew', async () => {
    const manifestFile = at('export', 'manifest.json');
    const [one, two] = [at('export', 'events-000001.ndjson.gz'), at('export', 'events-000002.ndjson.gz')];
    const swap = async () => {
      await rename(one, at('aside'));
      await rename(two, one);
      await rename(at('aside'), two);
    };
    expect(await damaged([one, two], swap)).toMatch(/events-000001\.ndjson\.gz is not as it was written/);

    const manifest = await readManifest(at('export'), exportManifest, 'export');
    /** As somebody does it who knows the format, but for the chain. */
    const rewrite = (change: (lines: string[]) => string[]) => async () => {
      const lines = gunzipSync(await readFile(one))
        .toString()
        .trimEnd()
        .split('\n');
      const bytes = gzipSync(`${change(lines).join('\n')}\n`);
      await writeFile(one, bytes);
      const [first, ...others] = manifest.files;
      if (first === undefined) throw new Error('the export has files');
      const sha256 = hash('sha256', bytes);
      await writeManifest(at('export'), {
        ...manifest,
        files: [{ ...first, bytes: bytes.length, sha256 }, ...others],
      });
    };
    const rewritten = (change: (lines: string[]) => string[]) =>
      damaged([one, manifestFile], rewrite(change));
    expect(await rewritten((lines) => lines.map((line) => line.replace('picture 0', 'picture 9')))).toMatch(
      /events-000001\.ndjson\.gz are not those that the manifest names/,
    );
    expect(await rewritten((lines) => lines.slice(0, -1))).toMatch(/are not those that the manifest names/);
    expect(await rewritten(([first = '', ...others]) => [...others, first])).toMatch(/is missing before it/);
    expect(await rewritten((lines) => lines.map((line) => line.replace('"job-', '"log-')))).toMatch(
      /line \d+ of it can not be read/,
    );
    expect(await rewritten(() => ['{"no":"event"}'])).toMatch(/line 1 of it can not be read/);
  });

  it('is refused where it is none, or a backup', async () => {
    const manifestFile = at('export', 'manifest.json');
    await expect(verifyExport(at('nowhere'))).rejects.toThrow(
      /nowhere is no export, or one that was not finished/,
    );
    const foreign = () => writeManifest(at('export'), { format: 'darkroom backup', version: 1, files: [] });
    expect(await damaged([manifestFile], foreign)).toMatch(/is damaged, or that of no export/);
  });
});
