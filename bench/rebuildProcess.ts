// The process that reads, projects and builds for the bench of rebuilding, or that beside it which builds.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { decode } from '../src/events/catalogue.ts';
import { encryptedEventLog } from '../src/events/log/encryption/encryptedEventLog.ts';
import { openFolderKeyStore } from '../src/events/log/encryption/folderKeyStore.ts';
import { createKeyRing } from '../src/events/log/encryption/keyRing.ts';
import type { EventLog } from '../src/events/log/eventLog.ts';
import { beginOfChain, chainOn } from '../src/events/log/seals/chain.ts';
import { openSqliteEventLog } from '../src/events/log/sqlite/sqliteEventLog.ts';
import { projections as all } from '../src/projections/all.ts';
import { openSqliteDocumentStore } from '../src/projections/documents/sqlite/sqliteDocumentStore.ts';
import { tableOf } from '../src/projections/documents/sqlite/tables.ts';
import { build, dropGeneration } from '../src/projections/rebuild.ts';
import { startProjections } from '../src/projections/runner.ts';
import { adas, openDesks } from '../test/support/story.ts';
import { answerCalls } from './deliveryProcess.ts';
import { fillLog } from './fill.ts';
import { drawOne, eventsPerJob } from './jobsThroughCommands.ts';
import { rebuildByHand } from './rebuildByHand.ts';

const folder = process.argv[2] ?? '';
const inFolder = (name: string): string => join(folder, name);
const log = await openSqliteEventLog(inFolder('events.db'));
const encrypted = encryptedEventLog(
  await openSqliteEventLog(inFolder('encrypted.db')),
  createKeyRing(await openFolderKeyStore(inFolder('keys')), () => performance.now()),
);
const fail = (cause: unknown): never => {
  throw cause;
};

const heapMegabytes = (): number => {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20);
};

const anew = (name: string): string => {
  for (const ending of ['', '-wal', '-shm']) rmSync(inFolder(`${name}${ending}`), { force: true });
  return inFolder(name);
};

const timed = async (run: () => unknown): Promise<number> => {
  const begin = performance.now();
  await run();
  return performance.now() - begin;
};

const readAll = async (of: EventLog): Promise<number> => {
  let events = 0;
  for await (const recorded of of.readAll()) if (decode(recorded) !== null) events += 1;
  return events;
};

const follow = async (file: string, names: readonly string[] | null) => {
  const documents = await openSqliteDocumentStore(file);
  const projections = all.filter(({ name }) => names === null || names.includes(name));
  const onStopped = ({ name, reason }: { name: string; reason: string | null }): never =>
    fail(new Error(`${name} stopped: ${reason}`));
  const runner = await startProjections({ log, documents, projections, onStopped, onTrouble: fail });
  return {
    whenProcessed: async () => runner.whenProcessed(await log.head(), 600_000),
    async close(): Promise<void> {
      await runner.stop();
      await documents.close();
    },
  };
};

/** How many documents there are and how long they are together, by collection. */
const extentOf = (file: string): string => {
  const database = new Database(file, { readonly: true });
  const extents = all.map(({ collection }) => [
    collection.name,
    database
      .prepare(`SELECT COUNT(body), TOTAL(LENGTH(body)) FROM ${tableOf(collection.name)}`)
      .raw()
      .get(),
  ]);
  database.close();
  return JSON.stringify(extents);
};

const openBuilder = async () => {
  const documents = await openSqliteDocumentStore(inFolder('documents.db'));
  const end = new AbortController();
  let events = 0;
  let begun = (): void => undefined;
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const onProgress = (): void => {
    events += 1;
    begun();
  };
  const buildAgain = async (): Promise<void> => {
    const parts = { log, documents, projections: all, signal: end.signal, onProgress, onTrouble: fail };
    const building = await build(parts);
    await building.buildTo(await log.head()).finally(() => building.close());
    for (const { name, generation } of building.tracks) await dropGeneration(documents, name, generation);
  };
  const working = (async () => {
    while (!end.signal.aborted) await buildAgain();
    await documents.close();
  })();
  working.catch(begun);
  return {
    begun: () => Promise.race([hasBegun, working]),
    pages: () => events,
    async end(): Promise<void> {
      end.abort();
      await working;
    },
  };
};

let builder: Awaited<ReturnType<typeof openBuilder>> | undefined;

const calls = answerCalls({
  /** The same log once more, encrypted, with fewer events. */
  fillEncrypted: async (jobs: number) => {
    await fillLog(encrypted, jobs);
    return readAll(encrypted);
  },
  read: () => timed(() => readAll(log)),
  decrypt: () => timed(() => readAll(encrypted)),
  verify: () =>
    timed(async () => {
      let chain = beginOfChain;
      for await (const event of log.readAll()) chain = chainOn(chain, event);
    }),
  project: async (names: readonly string[] | null) => {
    const file = anew('documents.db');
    const before = heapMegabytes();
    const begin = performance.now();
    const following = await follow(file, names);
    await following.whenProcessed();
    const ms = performance.now() - begin;
    const after = heapMegabytes();
    await following.close();
    return { ms, before, after, extent: names === null ? extentOf(file) : '' };
  },
  byHand: async () => {
    const file = anew('byHand.db');
    const ms = await timed(() => rebuildByHand(inFolder('events.db'), file, all));
    return { ms, extent: extentOf(file) };
  },
  /** Pictures through commands, live projections following: events/s until they are projected. */
  traffic: async (jobs: number) => {
    const following = await follow(inFolder('documents.db'), null);
    const desks = openDesks(log);
    const { conversationId } = await desks.commands.startConversation(adas(), { title: 'Bench' });
    await following.whenProcessed();
    const ms = await timed(async () => {
      let left = jobs;
      const draw = async (): Promise<void> => {
        for (; left > 0; left -= 1) await drawOne(desks, conversationId);
      };
      await Promise.all(Array.from({ length: 10 }, draw));
      await following.whenProcessed();
    });
    await following.close();
    return (1_000 * jobs * eventsPerJob) / ms;
  },
  startBuilding: async () => {
    builder = await openBuilder();
    await builder.begun();
    return builder.pages();
  },
  /** Pages of events that were projected meanwhile. */
  endBuilding: async () => {
    const pages = builder?.pages() ?? 0;
    await builder?.end();
    return pages;
  },
});
export type Rebuilding = typeof calls;
