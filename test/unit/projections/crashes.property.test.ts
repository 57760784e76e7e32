import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EventLog, RecordedEvent } from '../../../src/events/log/eventLog.ts';
import { projections } from '../../../src/projections/all.ts';
import {
  type Checkpoint,
  DocumentStoreUnavailable,
  type DocumentWrite,
} from '../../../src/projections/documents/documentStore.ts';
import { type RunnerParts, startProjections } from '../../../src/projections/runner.ts';
import { openMemoryLog } from '../../support/deliveryLog.ts';
import { tellStory } from '../../support/story.ts';

/**
 * Documents in memory, of a store without transactions, as MongoDB is used: a write is one step a
 * document, then one a checkpoint, and the process may die between any two of them.
 */
const openDocuments = () => {
  const documents = new Map<string, DocumentWrite>();
  const checkpoints = new Map<string, Checkpoint>();
  let stepsLeft = Number.POSITIVE_INFINITY;
  let onDeath = (): void => undefined;
  const step = (): void => {
    if (stepsLeft <= 0) {
      onDeath();
      throw new DocumentStoreUnavailable('this process is dead');
    }
    stepsLeft -= 1;
  };
  const store: RunnerParts['documents'] = {
    prepare: async () => undefined,
    checkpoint: async (name) => checkpoints.get(name) ?? null,
    checkpoints: async () => [...checkpoints.values()],
    // One process at a time: every lease is free, and held while somebody lives.
    readRecord: async () => null,
    writeRecord: async () => 'written',
    takeOver: async ({ name }) => checkpoints.get(name) ?? null,
    getAll: async <Body extends object>({ name }: { name: string }, ids: readonly string[]) => {
      const found = new Map<string, Body>();
      for (const id of ids) {
        const body = documents.get(`${name} ${id}`)?.body;
        if (body) found.set(id, structuredClone(body) as Body);
      }
      return found;
    },
    async write(writes, moved) {
      for (const write of writes) {
        step();
        const key = `${write.collection.name} ${write.id}`;
        if ((documents.get(key)?.position ?? '') < write.position)
          documents.set(key, { ...write, body: structuredClone(write.body) });
      }
      for (const checkpoint of moved) {
        step();
        const before = checkpoints.get(checkpoint.name)?.position ?? '';
        if (before < checkpoint.position) checkpoints.set(checkpoint.name, checkpoint);
      }
    },
  };
  const dump = (): Record<string, unknown> => ({
    documents: Object.fromEntries(
      [...documents].map(([key, { position, body }]) => [key, { position, body }]),
    ),
    checkpoints: Object.fromEntries(checkpoints),
  });
  return {
    store,
    dump,
    dieAfter(steps: number, then: () => void): void {
      stepsLeft = steps;
      onDeath = then;
    },
  };
};

type Documents = ReturnType<typeof openDocuments>;

describe('documents after crashes', () => {
  let log: EventLog;
  let events: readonly RecordedEvent[];
  beforeAll(async () => {
    log = openMemoryLog();
    await tellStory(log, 8);
    const all: RecordedEvent[] = [];
    for await (const event of log.readAll()) all.push(event);
    events = all;
  });

  /** The log, whose subscriptions yield pages of these sizes in turn. */
  const paged = (sizes: readonly number[]): EventLog => ({
    ...log,
    async *subscribe({ after, signal }) {
      let at = events.filter(({ position }) => position <= after).length;
      for (let page = 0; at < events.length && !signal.aborted; page += 1) {
        const size = sizes[page % sizes.length] ?? 1;
        yield { kind: 'events', events: events.slice(at, at + size) };
        at += size;
      }
      if (!signal.aborted)
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        );
    },
  });

  /** Runs until the documents are at the log's head, or until it dies after that many steps. */
  const run = async (
    documents: Documents,
    sizes: readonly number[],
    steps?: number,
  ): Promise<'done' | 'died'> => {
    const runner = await startProjections({
      log: paged(sizes),
      documents: documents.store,
      projections,
      onStopped: ({ name, reason }) => {
        throw new Error(`${name} stopped: ${reason}`);
      },
      onTrouble: () => undefined,
    });
    const died = new Promise<'died'>((resolve) => {
      documents.dieAfter(steps ?? Number.POSITIVE_INFINITY, () => {
        // At once: a dead process does not try again.
        void runner.stop().then(() => resolve('died'));
      });
    });
    const done = runner.whenProcessed(await log.head(), 60_000).then(() => 'done' as const);
    // Whoever is dead never gets there.
    done.catch(() => undefined);
    const outcome = await Promise.race([done, died]);
    await runner.stop();
    return outcome;
  };

  const whole = async (): Promise<Record<string, unknown>> => {
    const documents = openDocuments();
    expect(await run(documents, [1_000])).toBe('done');
    return documents.dump();
  };

  it('are those of a run without a crash, wherever between two writes the process dies', async () => {
    const wanted = await whole();
    let deaths = 0;
    for (let steps = 0; ; steps += 1) {
      const documents = openDocuments();
      if ((await run(documents, [20], steps)) === 'done') break;
      deaths += 1;
      expect(await run(documents, [20])).toBe('done');
      expect(documents.dump(), `died after ${steps} steps`).toEqual(wanted);
    }
    expect(deaths).toBeGreaterThan(100);
  });

  it('are the same in pages of any sizes and however often it dies on the way', async () => {
    const wanted = await whole();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 5 }),
        async (sizes, deaths) => {
          const documents = openDocuments();
          for (const steps of deaths) await run(documents, sizes, steps);
          expect(await run(documents, sizes)).toBe('done');
          expect(documents.dump()).toEqual(wanted);
        },
      ),
      { numRuns: 50 },
    );
  });
});
