import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EventId, type LogId, positionOf } from '../../../src/events/ids.ts';
import { projections } from '../../../src/projections/all.ts';
import type { DocumentStore } from '../../../src/projections/documents/documentStore.ts';
import { messages } from '../../../src/projections/messages.ts';
import type { AnyProjection } from '../../../src/projections/projection.ts';
import { startProjections } from '../../../src/projections/runner.ts';
import type { ProjectionHealth } from '../../../src/projections/tracks.ts';
import { tellStory } from '../../support/story.ts';
import {
  dumpDocuments,
  openTemporaryDocuments,
  type TemporaryDocuments,
} from '../../support/temporaryDocuments.ts';
import { openTemporaryLog, type TemporaryLog } from '../../support/temporaryLog.ts';

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
      collection: { ...messages.collection, name: 'picky_2' },
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
    expect(stopped[0]).toMatchObject({ name: 'picky_2', state: 'stopped' });
    expect(stopped[0]?.reason).toMatch(/MessageMetadataMerged/);
    await expect(runner.whenProcessed(head, 20_000, ['picky_2'])).rejects.toThrow();
    await runner.stop();
  });

  it('refuses documents of another log and leaves them as they are', async () => {
    const store = await freshStore();
    const logId = '00000000-0000-7000-8000-0000000000ff' as LogId;
    await store.documents.write([], [{ name: 'messages_2', logId, position: positionOf(1) }]);
    const runner = await startProjections(parts(store.documents));
    expect(stopped[0]).toMatchObject({ name: 'messages_2', state: 'stopped' });
    expect(stopped[0]?.reason).toMatch(/rebuild/);
    await runner.stop();
    expect(await store.documents.checkpoint('messages_2')).toMatchObject({ logId });
  });
});
