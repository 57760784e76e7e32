import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { projections } from '../../../src/projections/all.ts';
import { type DocumentStore, LeaseLost } from '../../../src/projections/documents/documentStore.ts';
import type { LeaseTimes } from '../../../src/projections/leases.ts';
import { type ProjectionRunner, startProjections } from '../../../src/projections/runner.ts';
import { tellStory } from '../../support/story.ts';
import {
  dumpDocuments,
  openTemporaryDocuments,
  type TemporaryDocuments,
} from '../../support/temporaryDocuments.ts';
import { openTemporaryLog, type TemporaryLog } from '../../support/temporaryLog.ts';

/** A process's way to the store: counts what it writes, and can be stopped in the middle as by SIGSTOP. */
const connection = (store: DocumentStore) => {
  let paused: Promise<void> = Promise.resolve();
  let writes = 0;
  const refusals: unknown[] = [];
  const documents: DocumentStore = {
    ...store,
    async write(...batch) {
      await paused;
      try {
        await store.write(...batch);
        writes += 1;
      } catch (cause) {
        refusals.push(cause);
        throw cause;
      }
    },
    async readRecord(...of) {
      await paused;
      return store.readRecord(...of);
    },
    async writeRecord(...change) {
      await paused;
      return store.writeRecord(...change);
    },
  };
  return {
    documents,
    writes: () => writes,
    refusals,
    pause: (): (() => void) => {
      let goOn = (): void => undefined;
      paused = new Promise((resolve) => {
        goOn = resolve;
      });
      return goOn;
    },
  };
};

describe('several processes that project one log into one store', () => {
  let log: TemporaryLog;
  let store: TemporaryDocuments;
  let running: ProjectionRunner[];
  const times: LeaseTimes = { lookMs: 20, beatMs: 40, silenceMs: 60_000 };
  const start = async (documents: DocumentStore, leaseTimes = times): Promise<ProjectionRunner> => {
    const runner = await startProjections({
      ...{ log: log.log, documents, projections, leaseTimes },
      onStopped: ({ name, reason }) => {
        throw new Error(`${name} stopped: ${reason}`);
      },
      onTrouble: () => undefined,
    });
    running.push(runner);
    return runner;
  };
  const asBuiltAlone = async (): Promise<unknown> => {
    const alone = await openTemporaryDocuments();
    const runner = await start(alone.documents);
    await runner.whenProcessed(await log.log.head(), 30_000);
    const dump = dumpDocuments(alone.file);
    await runner.stop();
    await alone.cleanup();
    return dump;
  };
  beforeEach(async () => {
    log = await openTemporaryLog();
    store = await openTemporaryDocuments();
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((runner) => runner.stop()));
    await store.cleanup();
    await log.cleanup();
  });

  it('let one write; the others know when a position was processed all the same', async () => {
    const [one, other] = [connection(store.documents), connection(store.documents)];
    const leader = await start(one.documents);
    const follower = await start(other.documents);
    await tellStory(log.log, 5);
    const head = await log.log.head();
    await Promise.all([leader.whenProcessed(head, 20_000), follower.whenProcessed(head, 20_000)]);
    expect(one.writes()).toBeGreaterThan(0);
    expect(other.writes()).toBe(0);
    const where = ({ health }: typeof leader) =>
      health().map(({ name, state, position, reason }) => ({ name, state, position, reason }));
    expect(where(follower)).toEqual(where(leader));
  });

  it('go on with another when the one that writes ends', async () => {
    const [one, other] = [connection(store.documents), connection(store.documents)];
    const leader = await start(one.documents);
    const follower = await start(other.documents);
    await tellStory(log.log, 2);
    await leader.stop();
    await tellStory(log.log, 2);
    await follower.whenProcessed(await log.log.head(), 20_000);
    expect(other.writes()).toBeGreaterThan(0);
    expect(dumpDocuments(store.file)).toEqual(await asBuiltAlone());
  });

  it('keep the documents right when one is stopped in the middle of a write and goes on after another took over', async () => {
    const [one, other] = [connection(store.documents), connection(store.documents)];
    const impatient = { ...times, silenceMs: 1_000 };
    const paused = await start(one.documents, impatient);
    const taker = await start(other.documents, impatient);
    await tellStory(log.log, 2);
    await paused.whenProcessed(await log.log.head(), 20_000);
    const goOn = one.pause();
    await tellStory(log.log, 3);
    await taker.whenProcessed(await log.log.head(), 20_000);
    expect(other.writes()).toBeGreaterThan(0);
    const written = one.writes();
    goOn();
    await vi.waitFor(() => expect(one.refusals[0]).toBeInstanceOf(LeaseLost));
    await tellStory(log.log, 1);
    const head = await log.log.head();
    await Promise.all([paused.whenProcessed(head, 20_000), taker.whenProcessed(head, 20_000)]);
    expect(one.writes() - written).toBe(0);
    expect(dumpDocuments(store.file)).toEqual(await asBuiltAlone());
  });

  it('go on where the leases were lost while the store still knows their fences', async () => {
    const before = await start(store.documents);
    await tellStory(log.log, 2);
    await before.whenProcessed(await log.log.head(), 20_000);
    await before.stop();
    for (const { name, version } of projections) {
      const lease = await store.documents.readRecord('lease', `${name}_${version}`);
      await store.documents.takeOver({ name: `${name}_${version}`, fence: 4 });
      await store.documents.writeRecord('lease', `${name}_${version}`, lease?.version ?? null, null);
    }
    const after = await start(store.documents);
    await tellStory(log.log, 1);
    await after.whenProcessed(await log.log.head(), 20_000);
    expect(dumpDocuments(store.file)).toEqual(await asBuiltAlone());
  });
});
