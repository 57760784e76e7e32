import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '../events/ids.ts';
import type { EventLog, SubscriptionItem } from '../events/log/eventLog.ts';
import { readSkipped } from './decisions.ts';
import type { DocumentStore } from './documents/documentStore.ts';
import { follow } from './follow.ts';
import {
  changeStanding,
  generationName,
  type Standing,
  type Stopped,
  unbuilt,
  withStop,
} from './generations.ts';
import { thisInstance } from './instance.ts';
import { keepLeases, type Leases, type LeaseTimes, readHolder, usualTimes } from './leases.ts';
import { pagesUntil } from './pagesUntil.ts';
import { type AnyProjection, checkpointName } from './projection.ts';
import { goOnFrom, openTrack, type Track } from './track.ts';
import { writeBatch } from './writeBatch.ts';

/*
 * Building a generation anew, beside the one that is read. It lies in collections of its own with
 * checkpoints of their own, so an interruption anywhere is gone on from where it was. Of many processes
 * one builds a projection (a lease), but the documents aren't fenced: a builder that lost its lease while
 * it slept writes nothing but what the other one would, and each document's position guards it.
 */

/** How far a building is. */
export interface BuildProgress {
  /** Of the generation that is furthest behind. */
  readonly position: Position;
  readonly until: Position;
  /** Events read since this process began with it. */
  readonly events: number;
}

export interface BuildParts {
  readonly log: EventLog;
  readonly documents: DocumentStore;
  readonly projections: readonly AnyProjection[];
  /** What is read by then is written, then it ends. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BuildProgress) => void;
  readonly onTrouble: (cause: unknown) => void;
  /** For tests, which can't wait so long. */
  readonly leaseTimes?: LeaseTimes;
}

/** Generations that are being built. */
export interface Building {
  readonly tracks: readonly Track[];
  /** Resolves when those that haven't stopped are there, or the signal has aborted. @throws BuildLost */
  buildTo(until: Position): Promise<void>;
  /** Lets others build. */
  close(): Promise<void>;
}

/** Another process builds it: two at once would only be slower. */
export class BuildUnderWay extends Error {
  readonly code = 'build_under_way';
  constructor(names: readonly string[]) {
    super(
      `Another process is building ${names.join(', ')} at this moment; wait for it, or end it and give the command again.`,
    );
    this.name = 'BuildUnderWay';
  }
}

/** This process was asleep for so long that another one has taken the building over. */
export class BuildLost extends Error {
  readonly code = 'build_lost';
  constructor() {
    super('Another process has taken the building over, for this one was silent for too long.');
    this.name = 'BuildLost';
  }
}

export const buildLeaseName = (name: string): string => `build_${name}`;

/** One of them is being built by a process of this host, which is known to be alive. */
const isBuiltHere = async (documents: DocumentStore, names: readonly string[]): Promise<boolean> => {
  const holders = await Promise.all(names.map((name) => readHolder(documents, buildLeaseName(name))));
  return holders.some((holder) => holder?.host === thisInstance.host);
};

const takeLeases = async (parts: BuildParts): Promise<Leases> => {
  const names = parts.projections.map(checkpointName);
  const { documents, onTrouble, leaseTimes } = parts;
  const leases = await keepLeases({
    ...{ documents, names: names.map(buildLeaseName), own: thisInstance, onTrouble },
    clock: () => performance.now(),
    ...(leaseTimes === undefined ? {} : { times: leaseTimes }),
  });
  const others = (): readonly string[] => {
    const held = new Set(leases.held().map(({ name }) => name));
    return names.filter((name) => !held.has(buildLeaseName(name)));
  };
  // Of a process of another machine only its silence tells that it has ended.
  const { silenceMs, lookMs } = leaseTimes ?? usualTimes;
  const patience = performance.now() + silenceMs + 2 * lookMs;
  while (others().length > 0 && performance.now() < patience && !(await isBuiltHere(documents, others()))) {
    if (parts.signal.aborted) break;
    await delay(lookMs, undefined, { signal: parts.signal }).catch(() => undefined);
  }
  if (others().length === 0) return leases;
  await leases.stop();
  throw new BuildUnderWay(others());
};

const numbered = (standing: Standing): Standing => {
  const next = standing.last + 1;
  return { ...standing, last: next, building: next, kept: [...standing.kept, next] };
};

/** Forgets a generation with its documents. No node may read it or want it: of a version that none declares any more that may be the live one. */
export const dropGeneration = async (
  documents: DocumentStore,
  name: string,
  generation: number,
): Promise<void> => {
  await documents.drop(generationName(name, generation));
  await changeStanding(documents, name, (standing) => ({
    ...withStop(standing, generation, null),
    live: standing.live === generation ? unbuilt.live : standing.live,
    kept: standing.kept.filter((each) => each !== generation),
    building: standing.building === generation ? null : standing.building,
  }));
};

/** So that the next building begins anew. @throws BuildUnderWay */
export const dropBuilding = async (documents: DocumentStore, projection: AnyProjection): Promise<void> => {
  const name = checkpointName(projection);
  const { building } = await changeStanding(documents, name, (standing) => standing);
  if (building === null) return;
  if ((await readHolder(documents, buildLeaseName(name))) !== null) throw new BuildUnderWay([name]);
  await dropGeneration(documents, name, building);
};

const openGeneration = async (
  { log, documents }: BuildParts,
  projection: AnyProjection,
  generation: number,
): Promise<Track | Stopped> => {
  const track = openTrack(projection, generation);
  track.skipped = await readSkipped(log, projection.name);
  await documents.prepare([track.collection]);
  const checkpoint = await documents.checkpoint(track.collection.name);
  return goOnFrom(track, checkpoint, { logId: log.logId, head: await log.head() }) ?? track;
};

/** What is being built already, from where it is; or from the begin, where that is of another log. */
const openBuilding = async (parts: BuildParts, projection: AnyProjection): Promise<Track> => {
  const { documents } = parts;
  const name = checkpointName(projection);
  for (;;) {
    const { building } = await changeStanding(documents, name, (standing) =>
      standing.building === null ? numbered(standing) : standing,
    );
    if (building === null) continue;
    const opened = await openGeneration(parts, projection, building);
    if (!('reason' in opened)) return opened;
    await dropGeneration(documents, name, building);
  }
};

const buildingOf = (parts: BuildParts, leases: Leases, tracks: readonly Track[]): Building => {
  const { log, documents, onProgress, onTrouble } = parts;
  const lost = new AbortController();
  const signal = AbortSignal.any([parts.signal, lost.signal]);
  let events = 0;
  const stop = (track: Track, stopped: Stopped): void => {
    track.stopped = stopped;
  };
  /** Tells how far it is, page by page, and ends where the right to build is lost. */
  async function* told(
    items: AsyncIterable<SubscriptionItem>,
    until: Position,
  ): AsyncGenerator<SubscriptionItem> {
    for await (const item of items) {
      if (leases.held().length < tracks.length) lost.abort();
      yield item;
      if (item.kind !== 'events') continue;
      events += item.events.length;
      onProgress({ position: item.events.at(-1)?.position ?? until, until, events });
    }
  }
  return {
    tracks,
    async buildTo(until) {
      const running = tracks.filter(({ stopped }) => stopped === null);
      const after = running.map(({ folded }) => folded).toSorted()[0] ?? until;
      const write = writeBatch.bind(null, { documents, signal, onTrouble });
      const pages = told(pagesUntil(log, after, until, signal), until);
      await follow({ log, documents, tracks: running, stop, write }, pages);
      if (lost.signal.aborted) throw new BuildLost();
      for (const { name, generation, stopped } of running)
        await changeStanding(documents, name, (standing) =>
          stopped === null && standing.stops.every((each) => each.generation !== generation)
            ? standing
            : withStop(standing, generation, stopped),
        );
    },
    close: () => leases.stop(),
  };
};

const open = async (parts: BuildParts, openTracks: () => Promise<readonly Track[]>): Promise<Building> => {
  const leases = await takeLeases(parts);
  try {
    return buildingOf(parts, leases, await openTracks());
  } catch (cause) {
    await leases.stop();
    throw cause;
  }
};

/** A new generation of each, or the one that was interrupted. @throws BuildUnderWay */
export const build = (parts: BuildParts): Promise<Building> =>
  open(parts, async () => {
    const tracks: Track[] = [];
    for (const each of parts.projections) tracks.push(await openBuilding(parts, each));
    return tracks;
  });

/** A generation that was kept, to be brought up to date. @throws BuildUnderWay, KeptOfAnotherLog */
export const resume = (parts: BuildParts, projection: AnyProjection, generation: number): Promise<Building> =>
  open({ ...parts, projections: [projection] }, async () => {
    const opened = await openGeneration(parts, projection, generation);
    if ('reason' in opened) throw new KeptOfAnotherLog(checkpointName(projection), generation);
    return [opened];
  });

/** What was kept can't be gone back to. */
export class KeptOfAnotherLog extends Error {
  readonly code = 'kept_of_another_log';
  constructor(name: string, generation: number) {
    super(
      `Generation ${generation} of ${name} is of another event log; drop it, and build a new one: darkroom projections rebuild.`,
    );
    this.name = 'KeptOfAnotherLog';
  }
}
