import { appendFile, mkdtemp, readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBackup } from '../../../src/cli/backup/makeBackup.ts';
import { restoreBackup } from '../../../src/cli/backup/restoreBackup.ts';
import { openSqliteEventLog } from '../../../src/events/log/sqlite/sqliteEventLog.ts';
import { openFolderImageStore } from '../../../src/images/folder/folderImageStore.ts';
import { openDocumentStore } from '../../../src/projections/documents/openDocumentStore.ts';
import { tellStory } from '../../support/story.ts';

const actor = { id: 'cli:test', name: 'test' };
const flips = 60;

describe('a backup that is not as it was written', () => {
  let folder: string;
  let runs = 0;
  const at = (...names: string[]): string => join(folder, ...names);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-damage-'));
    const log = await openSqliteEventLog(at('events.db'));
    await tellStory(log, 2);
    await log.close();
    await (await openDocumentStore(`sqlite:${at('documents.db')}`)).close();
    const images = await openFolderImageStore(at('images'));
    for (const picture of ['one', 'two']) await images.put(Buffer.from(picture), 'image/png');
    await makeBackup({
      ...{ folder: at('backup'), events: at('events.db'), documents: at('documents.db') },
      ...{ images: at('images'), keys: null, now: () => new Date(), onProgress: () => undefined },
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Into a place of its own, which stays empty where it is refused. */
  const restore = async (backup = at('backup')) => {
    runs += 1;
    const place = at(`place${runs}`);
    const targets = { events: join(place, 'events.db'), documents: join(place, 'documents.db') };
    const restoring = restoreBackup({
      ...{ folder: backup, keysFrom: null, actor, onProgress: () => undefined },
      targets: { ...targets, images: join(place, 'images'), keys: null },
    });
    const outcome = await restoring.then(
      () => 'restored',
      (cause: unknown) => (cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)),
    );
    return { outcome, left: await readdir(place).catch(() => []) };
  };
  const filesOf = async (): Promise<string[]> => {
    const names = await readdir(at('backup'), { recursive: true, withFileTypes: true });
    return names.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  };
  const damaged = async <Result>(
    file: string,
    damage: () => Promise<unknown>,
    run: () => Promise<Result>,
  ) => {
    const bytes = await readFile(file);
    await damage();
    try {
      return await run();
    } finally {
      await writeFile(file, bytes);
    }
  };

  it('is refused for any byte that was flipped, by the name of its file, with nothing touched', async () => {
    const files = await filesOf();
    expect(files).toHaveLength(5);
    const flip = fc.record({
      file: fc.constantFrom(...files),
      place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      bit: fc.integer({ min: 0, max: 7 }),
    });
    await fc.assert(
      fc.asyncProperty(flip, async ({ file, place, bit }) => {
        const bytes = await readFile(file);
        const offset = Math.floor(place * bytes.length);
        bytes.writeUInt8(bytes.readUInt8(offset) ^ (1 << bit), offset);
        const { outcome, left } = await damaged(file, () => writeFile(file, bytes), restore);
        expect(outcome).toMatch(/^Refused: /);
        expect(outcome).toContain(file);
        expect(left).toEqual([]);
      }),
      { numRuns: flips },
    );
    expect(await restore()).toMatchObject({ outcome: 'restored' });
  }, 120_000);

  it('is refused where a file of it is cut, longer, or missing', async () => {
    for (const file of await filesOf()) {
      for (const damage of [() => truncate(file, 10), () => appendFile(file, ' '), () => unlink(file)]) {
        const { outcome, left } = await damaged(file, damage, restore);
        expect(outcome).toMatch(/^Refused: /);
        expect(outcome).toContain(file.endsWith('manifest.json') ? 'manifest.json' : file);
        expect(left).toEqual([]);
      }
    }
  });

  it('is refused where it is none: no folder, an empty one, another program’s', async () => {
    expect((await restore(at('nowhere'))).outcome).toMatch(
      /nowhere is no backup, or one that was not finished/,
    );
    expect((await restore(at('images'))).outcome).toMatch(/is no backup, or one that was not finished/);
    const manifest = at('backup', 'manifest.json');
    const foreign = await damaged(manifest, () => writeFile(manifest, '{"files":[]}'), restore);
    expect(foreign.outcome).toMatch(/manifest\.json is not as it was written/);
  });

  it('a restore that was interrupted is begun anew by the same command', async () => {
    const place = at('interrupted');
    const targets = {
      events: join(place, 'events.db'),
      documents: null,
      images: join(place, 'images'),
      keys: null,
    };
    const parts = { folder: at('backup'), keysFrom: null, actor, targets };
    const interrupted = restoreBackup({
      ...parts,
      onProgress: (what) => {
        if (what === 'restoring the event log') throw new Error('interrupted');
      },
    });
    await expect(interrupted).rejects.toThrow('interrupted');
    await writeFile(`${targets.events}.restoring`, 'half of it');
    expect(await readdir(place)).not.toContain('events.db');
    const restored = await restoreBackup({ ...parts, onProgress: () => undefined });
    const log = await openSqliteEventLog(targets.events);
    expect(log.logId).toBe(restored.logId);
    await log.close();
    expect(await readdir(place)).not.toContain('events.db.restoring');
  });

  it('is refused where pictures lie already that it does not have', async () => {
    const images = await openFolderImageStore(at('taken'));
    await images.put(Buffer.from('three'), 'image/png');
    const targets = { events: at('taken.db'), documents: null, images: at('taken'), keys: null };
    const restoring = restoreBackup({
      folder: at('backup'),
      keysFrom: null,
      actor,
      targets,
      onProgress: () => undefined,
    });
    await expect(restoring).rejects.toThrow(/pictures already in .* that the backup does not have/);
  });
});
