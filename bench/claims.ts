import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { v7 } from 'uuid';
import type { EventLog } from '../src/events/log/eventLog.ts';
import { openSqliteEventLog } from '../src/events/log/sqlite/sqliteEventLog.ts';
import { openFolderImageStore } from '../src/images/folder/folderImageStore.ts';
import { projections as all } from '../src/projections/all.ts';
import { openSqliteDocumentStore } from '../src/projections/documents/sqlite/sqliteDocumentStore.ts';
import { startProjections } from '../src/projections/runner.ts';
import { createCircuits } from '../src/workers/circuits.ts';
import { createJobDesk } from '../src/workers/createJobDesk.ts';
import type { ImageEngine } from '../src/workers/engines/imageEngine.ts';
import { startImageWorker } from '../src/workers/imageWorker.ts';
import { adas, openDesks } from '../test/support/story.ts';

const picture = {
  bytes: new Uint8Array([1]),
  contentType: 'image/png',
  width: 8,
  height: 8,
  seed: 7,
} as const;
const engine: ImageEngine = {
  name: 'bench',
  models: ['bench-1'],
  async *draw() {
    yield { kind: 'finished', pictures: [picture], model: 'bench-1' };
  },
  health: async () => undefined,
  close: async () => undefined,
};

/** The log, and when each type of event was last acknowledged. */
const timed = (log: EventLog) => {
  const acknowledged = new Map<string, { readonly at: number }>();
  const waiting = new Map<string, () => void>();
  const append: EventLog['append'] = async (stream, expected, events) => {
    const appended = await log.append(stream, expected, events);
    for (const { type } of events) {
      acknowledged.set(type, { at: performance.now() });
      waiting.get(type)?.();
    }
    return appended;
  };
  return {
    log: { ...log, append },
    at: (type: string): number => acknowledged.get(type)?.at ?? Number.NaN,
    next: (type: string): Promise<void> => new Promise((resolve) => waiting.set(type, resolve)),
  };
};

/** Milliseconds from a job that is queued to its claim, both acknowledged, by a worker that has nothing else to do. */
export const claimLatencies = async (jobs: number): Promise<number[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  const { log, at, next } = timed(await openSqliteEventLog(join(folder, 'events.db')));
  const documents = await openSqliteDocumentStore(join(folder, 'documents.db'));
  const fail = (cause: unknown): never => {
    throw cause;
  };
  const projections = await startProjections({
    ...{ log, documents, projections: all },
    onStopped: ({ name, reason }) => fail(new Error(`${name} stopped: ${reason}`)),
    onTrouble: fail,
  });
  const { commands, desk } = openDesks(log);
  const actor = { id: `worker:${v7()}`, name: 'Worker' };
  const acting = { log, actor, now: () => new Date(), newId: v7 };
  const worker = startImageWorker({
    ...{ log, documents, projections, engines: [engine], logger: pino({ level: 'silent' }) },
    desk: createJobDesk({ ...acting, jobLimits: { attempts: 3, timeoutMs: 60_000 } }),
    circuits: createCircuits({ ...acting, rule: { failures: 5, resetMs: 60_000 } }),
    images: await openFolderImageStore(join(folder, 'images')),
    ...{ now: acting.now, clock: () => performance.now(), slots: 1, leaseMs: 30_000, drainMs: 1_000 },
  });
  const { conversationId } = await commands.startConversation(adas(), { title: 'Bench' });
  const latencies: number[] = [];
  for (let job = 0; job < jobs; job += 1) {
    const { messageId, position } = await commands.postMessage(adas(), conversationId, {
      text: 'x',
      image: {},
    });
    await projections.whenProcessed(position, 10_000);
    const ended = next('JobCompleted');
    await desk.queue(messageId);
    await ended;
    latencies.push(at('JobStarted') - at('JobQueued'));
  }
  await worker.stop();
  await projections.stop();
  await documents.close();
  await log.close();
  rmSync(folder, { recursive: true });
  return latencies;
};
