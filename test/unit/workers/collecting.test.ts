import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ImageId, type JobId, positionOf } from '../../../src/events/ids.ts';
import { acceptedImage } from '../../../src/projections/imageState.ts';
import type { Job } from '../../../src/projections/model.ts';
import { createCollector } from '../../../src/workers/collecting.ts';
import {
  ada,
  conversationNumber,
  imageNumber,
  jobNumber,
  messageNumber,
  request,
} from '../../support/happened.ts';

const keepMs = 1_000;

/** What happens while the collector looks, each done by somebody else. */
type Deed =
  | { readonly kind: 'start' | 'put' | 'complete' | 'lose'; readonly job: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'project'; readonly what: 'jobs' | 'images' };

interface Entry {
  readonly type: 'started' | 'completed' | 'lost';
  readonly job: number;
  readonly at: number;
}

/** The same bytes may be drawn by several jobs. */
const imageOf = (job: number): ImageId => imageNumber(job % 3);

/**
 * Workers, an image store and a log with two projections, each as far behind as it likes. A worker may be frozen
 * for any time between any two of its steps, and its clock is wrong by up to the time that images are kept.
 */
const openWorld = (meanwhile: Deed[][], skews: readonly number[]) => {
  let now = 1_000_000;
  const log: Entry[] = [];
  const stored = new Map<string, number>();
  const projected = { jobs: 0, images: 0 };
  const collected: ImageId[] = [];
  const put = new Set<number>();

  const stateOf = (job: number, entries: readonly Entry[]): Entry['type'] | null =>
    entries.findLast((entry) => entry.job === job)?.type ?? null;

  const happen = (deed: Deed): void => {
    switch (deed.kind) {
      case 'wait':
        now += deed.ms;
        return;
      case 'project':
        projected[deed.what] = log.length;
        return;
      case 'start':
        if (stateOf(deed.job, log) !== null) return;
        log.push({ type: 'started', job: deed.job, at: now + (skews[deed.job] ?? 0) });
        return;
      case 'put':
        if (stateOf(deed.job, log) === null) return;
        stored.set(imageOf(deed.job), now);
        put.add(deed.job);
        return;
      case 'lose':
        if (stateOf(deed.job, log) === 'started') log.push({ type: 'lost', job: deed.job, at: now });
        return;
      case 'complete':
        // Once its picture is stored; the fence refuses an attempt that is over.
        if (put.has(deed.job) && stateOf(deed.job, log) === 'started')
          log.push({ type: 'completed', job: deed.job, at: now });
    }
  };
  const live = (deeds: readonly Deed[]): void => deeds.forEach(happen);
  const meantime = (): void => live(meanwhile.shift() ?? []);

  const jobFrom = (job: number, entries: readonly Entry[]): Job => ({
    ...acceptedImage(jobNumber(job) as JobId, request, 0),
    status: stateOf(job, entries) === 'started' ? 'running' : 'completed',
    startedAt: new Date(entries.find((entry) => entry.job === job)?.at ?? 0).toISOString(),
    ...{ conversationId: conversationNumber(1), messageId: messageNumber(1), owner: ada, ownerId: ada.id },
    ...{ retryOf: null, active: stateOf(job, entries) === 'started', createdPosition: positionOf(1) },
    ...{ revision: 0, position: positionOf(1) },
  });

  const collect = createCollector({
    log: {
      head: async () => {
        meantime();
        return positionOf(log.length);
      },
    },
    readModel: {
      async whenProcessed(position) {
        meantime();
        projected.jobs = Math.max(projected.jobs, Number(position));
        projected.images = Math.max(projected.images, Number(position));
      },
      async jobs() {
        meantime();
        const entries = log.slice(0, projected.jobs);
        const running = [...new Set(entries.map(({ job }) => job))].filter(
          (job) => stateOf(job, entries) === 'started',
        );
        return { items: running.map((job) => jobFrom(job, entries)), nextCursor: null };
      },
      async imageUses(imageId) {
        meantime();
        const entries = log.slice(0, projected.images);
        return entries
          .filter(({ type, job }) => type === 'completed' && imageOf(job) === imageId)
          .map(({ job }) => ({ job: jobFrom(job, entries), kind: 'picture' as const }));
      },
    },
    images: {
      async *storedBefore(time) {
        for (const [imageId, at] of [...stored]) if (at < time.getTime()) yield imageId;
      },
      async collect(imageId, before) {
        meantime();
        const at = stored.get(imageId);
        return at !== undefined && at < before.getTime() && stored.delete(imageId);
      },
    },
    note: async (images) => {
      collected.push(...images);
    },
    now: () => new Date(now),
    keepMs,
  });

  return {
    live,
    collect,
    collected,
    /** Pictures that completed jobs show and that are gone. */
    missing: () =>
      log.filter(({ type, job }) => type === 'completed' && !stored.has(imageOf(job))).map(({ job }) => job),
  };
};

const job = fc.integer({ min: 0, max: 5 });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ kind: fc.constantFrom('start', 'put', 'complete', 'lose'), job }),
  fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 1, max: 3 * keepMs }) }),
  fc.record({ kind: fc.constant('project'), what: fc.constantFrom('jobs', 'images') }),
);
const deeds = fc.array(deed, { maxLength: 12 });
const skews = fc.array(fc.integer({ min: 1 - keepMs, max: keepMs - 1 }), { minLength: 6, maxLength: 6 });

describe('collecting images that nobody shows', () => {
  it('never takes the picture of a completed job, whatever workers do meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        deeds,
        fc.array(fc.array(deed, { maxLength: 4 }), { maxLength: 12 }),
        deeds,
        skews,
        async (before, meanwhile, after, clocks) => {
          const world = openWorld([...meanwhile], clocks);
          world.live(before);
          await world.collect();
          await world.collect();
          world.live(after);
          expect(world.missing()).toEqual([]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('takes what a worker stored that died before it said so, once it is old', async () => {
    const world = openWorld([], []);
    world.live([
      { kind: 'start', job: 1 },
      { kind: 'put', job: 1 },
      { kind: 'lose', job: 1 },
    ]);
    expect(await world.collect()).toBe(0);
    world.live([{ kind: 'wait', ms: keepMs + 1 }]);
    expect(await world.collect()).toBe(1);
    expect(world.collected).toEqual([imageOf(1)]);
  });

  it('waits while the attempt runs that may have stored it, however long that takes', async () => {
    const world = openWorld([], []);
    world.live([
      { kind: 'start', job: 1 },
      { kind: 'put', job: 1 },
      { kind: 'wait', ms: 100 * keepMs },
    ]);
    expect(await world.collect()).toBe(0);
  });

  it('leaves the picture of an attempt that ends just when it is looked who runs', async () => {
    const ends: Deed[] = [
      { kind: 'complete', job: 1 },
      { kind: 'project', what: 'jobs' },
    ];
    // Between the first look at the log's end and the look at who runs.
    const world = openWorld([[], [], ends], []);
    world.live([
      { kind: 'start', job: 1 },
      { kind: 'put', job: 1 },
      { kind: 'wait', ms: 2 * keepMs },
    ]);
    expect(await world.collect()).toBe(0);
    expect(world.missing()).toEqual([]);
  });
});
