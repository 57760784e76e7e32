import { execFile } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fillLog } from '../../bench/fill.ts';
import { startOfLog } from '../../src/events/ids.ts';
import { activate } from '../../src/projections/activate.ts';
import { projections } from '../../src/projections/all.ts';
import { compare } from '../../src/projections/compare.ts';
import { createPointers, readLive } from '../../src/projections/generations.ts';
import { checkpointName } from '../../src/projections/projection.ts';
import { build } from '../../src/projections/rebuild.ts';
import { startProjections } from '../../src/projections/runner.ts';
import { ada } from '../support/happened.ts';
import { tellStory } from '../support/story.ts';
import { openTemporaryDocuments, type TemporaryDocuments } from '../support/temporaryDocuments.ts';
import { openTemporaryLog, type TemporaryLog } from '../support/temporaryLog.ts';

let log: TemporaryLog;
let store: TemporaryDocuments;
beforeEach(async () => {
  log = await openTemporaryLog();
  store = await openTemporaryDocuments();
});
afterEach(async () => {
  await store.cleanup();
  await log.cleanup();
});

const fail = (cause: unknown): never => {
  throw cause;
};

/** Builds until it kills itself; resolves with the signal that ended it. */
const buildAndDie = (): Promise<NodeJS.Signals | null> =>
  new Promise((resolve) => {
    const words = ['--import', 'tsx', 'test/support/rebuildingProcess.ts', log.file, store.file, '2'];
    const child = execFile(process.execPath, words);
    child.once('exit', (_code, signal) => resolve(signal));
  });

it('a rebuild under traffic that is killed three times goes on where it was, and ends with the documents that are read', async () => {
  await fillLog(log.log, 1_000);
  const { documents } = store;
  const pointers = createPointers();
  const runner = await startProjections({
    ...{ log: log.log, documents, projections, pointers, onTrouble: () => undefined },
    onStopped: ({ reason }) => fail(new Error(reason ?? 'stopped')),
  });
  let isOver = false;
  const traffic = (async () => {
    while (!isOver) await tellStory(log.log, 2);
  })();

  const reached = async () => (await documents.checkpoint('timeline_3_2'))?.position ?? startOfLog;
  let before = startOfLog;
  for (let kill = 1; kill <= 3; kill += 1) {
    expect(await buildAndDie()).toBe('SIGKILL');
    expect((await reached()) > before).toBe(true);
    before = await reached();
  }

  let events = 0;
  const signal = new AbortController().signal;
  const parts = { log: log.log, documents, signal, onTrouble: fail };
  const onProgress = (progress: { readonly events: number }): void => {
    events = progress.events;
  };
  const building = await build({ ...parts, projections, onProgress });
  await building.buildTo(await log.log.head());
  expect(events).toBeLessThan(Number(await log.log.head()) - Number(before) + 1_000);
  for (const { name, collection, projection } of building.tracks) {
    const advance = async () => building.buildTo((await documents.checkpoint(name))?.position ?? startOfLog);
    const rebuilt = { documents, collection };
    const found = await compare({ documents, collection: projection.collection }, rebuilt, advance, signal);
    expect({ name, ...found }).toMatchObject({ name, differing: 0, unsettled: 0, first: [] });
  }
  const by = { actor: ada, commandId: '00000000-0000-4000-8000-000000000001' };
  await activate(parts, building.tracks, by);
  await building.close();
  isOver = true;
  await traffic;
  await runner.whenProcessed(await log.log.head(), 60_000);
  const live = readLive(documents, pointers);
  for (const name of projections.map(checkpointName))
    expect(await live.checkpoint(name)).toMatchObject({ name: `${name}_2`, position: await log.log.head() });
  await runner.stop();
});
