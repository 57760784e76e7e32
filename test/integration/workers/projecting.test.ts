import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EventId, type LogId, positionOf } from '../../../src/events/ids.ts';
import { projections } from '../../../src/projections/all.ts';
import {
  type DocumentStore,
  DocumentStoreUnavailable,
} from '../../../src/projections/documents/documentStore.ts';
import { messages } from '../../../src/projections/messages.ts';
import type { AnyProjection } from '../../../src/projections/projection.ts';
import { type ProjectionHealth, startProjections } from '../../../src/projections/runner.ts';
import { tellStory } from '../../support/story.ts';
import {
  dumpDocuments,
  openTemporaryDocuments,
  type TemporaryDocuments,
} from '../../support/temporaryDocuments.ts';
import { openTemporaryLog, type TemporaryLog } from '../../support/temporaryLog.ts';

/** A store whose process dies at its n-th write: before it, or after it and before its answer. */
const dying = (
  store: DocumentStore,
  at: number,
  when: 'before' | 'after',
): DocumentStore & { dead: Promise<void> } => {
  let writes = 0;
  let die = (): void => undefined;
  const dead = new Promise<void>((resolve) => {
    die = resolve;
  });
  return {
    ...store,
    dead,
    async write(documents, checkpoints) {
      writes += 1;
      if (writes < at) return store.write(documents, checkpoints);
      if (writes === at && when === 'after') await store.write(documents, checkpoints);
      die();
      throw new DocumentStoreUnavailable('this process is dead');
    },
  };
};

/** A store without transactions, as MongoDB is used: document by document, the checkpoints last. */
const piecemeal = (store: DocumentStore): DocumentStore => ({
  ...store,
  async write(documents, checkpoints) {
    for (const document of documents) await store.write([document], []);
    for (const checkpoint of checkpoints) await store.write([], [checkpoint]);
  },
});

describe('projecting', () => {
  let log: TemporaryLog;
  let opened: TemporaryDocuments[];
  const freshStore = async () => {
    const store = await openTemporaryDocuments();
    opened.push(store);
    return store;
  };
  const parts = (documents: DocumentStore, all: readonly AnyProjection[] = projections) => ({
    log: log.log,
    documents,
    projections: all,
    onStopped: (health: ProjectionHealth) => stopped.push(health),
    onTrouble: () => undefined,
  });
  let stopped: ProjectionHealth[];

  const runToHead = async (documents: DocumentStore): Promise<void> => {
    const runner = await startProjections(parts(documents));
    await runner.whenProcessed(await log.log.head(), 20_000);
    await runner.stop();
  };

  beforeEach(async () => {
    log = await openTemporaryLog();
    opened = [];
    stopped = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((store) => store.cleanup()));
    await log.cleanup();
  });

  it('leaves the same documents whenever the process dies, at each write, before or after it', async () => {
    await tellStory(log.log, 6);
    const whole = await freshStore();
    await runToHead(whole.documents);
    const wanted = dumpDocuments(whole.file);
    let writes = 0;
    const counted = await freshStore();
    const counting: DocumentStore = {
      ...counted.documents,
      write: (documents, checkpoints) => {
        writes += 1;
        return counted.documents.write(documents, checkpoints);
      },
    };
    await runToHead(piecemeal(counting));
    const steps = [1, 2, Math.floor(writes / 3), Math.floor(writes / 2), writes - 1, writes];
    for (const when of ['before', 'after'] as const)
      for (const transactional of [true, false])
        for (const at of transactional ? [1] : steps) {
          const store = await freshStore();
          const mortal = dying(store.documents, at, when);
          const runner = await startProjections(parts(transactional ? mortal : piecemeal(mortal)));
          await mortal.dead;
          await runner.stop();
          await runToHead(store.documents);
          expect(dumpDocuments(store.file), `${when} write ${at}`).toEqual(wanted);
        }
  });

  it('makes the same documents in one go as by following, event by event', async () => {
    const live = await freshStore();
    const runner = await startProjections(parts(live.documents));
    await tellStory(log.log, 10);
    await runner.whenProcessed(await log.log.head(), 20_000);
    await runner.stop();
    const rebuilt = await freshStore();
    await runToHead(rebuilt.documents);
    expect(dumpDocuments(rebuilt.file)).toEqual(dumpDocuments(live.file));
  });

  it('waits for a position that it has not reached, and moves on by events that it passes over', async () => {
    const store = await freshStore();
    const runner = await startProjections(parts(store.documents));
    await expect(runner.whenProcessed(positionOf(999), 50)).rejects.toThrow(/is at .*, not yet at 0+999/);
    const metadata = {
      actor: { id: 'x', name: 'X' },
      correlationId: 'c',
      causationId: 'c',
      at: new Date().toISOString(),
      schema: 1,
      subject: {},
    };
    const id = '00000000-0000-7000-8000-00000000000a' as EventId;
    const { position } = await log.log.append('queue-other', 'no_stream', [
      { id, type: 'SomethingNew', data: {}, metadata },
    ]);
    await runner.whenProcessed(position, 5_000);
    await runner.stop();
  });

  it('stops a projection alone before an event that it can not digest, and says which', async () => {
    const store = await freshStore();
    const picky: AnyProjection = {
      ...messages,
      name: 'picky',
      collection: { ...messages.collection, name: 'picky_1' },
      apply: (document, event, id) => {
        if (event.type === 'MessageMetadataMerged') throw new Error('indigestible');
        return messages.apply(document as never, event, id);
      },
    };
    const runner = await startProjections(parts(store.documents, [picky, ...projections]));
    await tellStory(log.log, 2);
    const head = await log.log.head();
    const others = projections.map(({ name, version }) => `${name}_${version}`);
    await runner.whenProcessed(head, 20_000, others);
    await vi.waitFor(() => expect(stopped).toHaveLength(1));
    expect(stopped[0]).toMatchObject({ name: 'picky_1', state: 'stopped' });
    expect(stopped[0]?.reason).toMatch(/MessageMetadataMerged/);
    await expect(runner.whenProcessed(head, 20_000, ['picky_1'])).rejects.toThrow();
    await runner.stop();
  });

  it('refuses documents of another log and leaves them as they are', async () => {
    const store = await freshStore();
    const logId = '00000000-0000-7000-8000-0000000000ff' as LogId;
    await store.documents.write([], [{ name: 'messages_1', logId, position: positionOf(1) }]);
    const runner = await startProjections(parts(store.documents));
    expect(stopped[0]).toMatchObject({ name: 'messages_1', state: 'stopped' });
    expect(stopped[0]?.reason).toMatch(/rebuild/);
    await runner.stop();
    expect(await store.documents.checkpoint('messages_1')).toMatchObject({ logId });
  });
});
