import { setTimeout as delay } from 'node:timers/promises';
import { v7 } from 'uuid';
import { type Position, startOfLog } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import { darkroom } from '../events/metadata.ts';
import { readSkipped } from './decisions.ts';
import type { DocumentStore } from './documents/documentStore.ts';
import {
  changeStanding,
  firstStanding,
  generationName,
  type Pointers,
  readStandings,
  type Standing,
  type Stop,
  standingIn,
  unbuilt,
} from './generations.ts';
import { type LeaseTimes, readHolder } from './leases.ts';
import { type AnyProjection, checkpointName } from './projection.ts';
import { type Building, BuildLost, BuildUnderWay, build, buildLeaseName } from './rebuild.ts';

/*
 * A release may declare a version of a projection that nobody has built yet, while nodes of the release
 * before go on writing and reading theirs. It isn't read before it is whole:
 *
 *   unbuilt ──one process that projects──▶ building ──the head is reached──▶ wanted ──▶ live, told to the log
 *
 * It is built as any generation is (rebuild.ts): one process of all, gone on with by the next where that one
 * dies; and switched to as any is (switching.ts). The older version stays as it is until it is dropped, so
 * that the release before can be gone back to.
 */

/** A version that can't be read yet. */
export interface VersionShown {
  readonly name: string;
  readonly projection: string;
  readonly version: number;
  /** 0 – 100, of the log's length. */
  readonly percent: number;
  /** Null where it isn't known yet. */
  readonly secondsLeft: number | null;
  /** Where it can't go on, and why. */
  readonly stopped: Stop | null;
  /** False while no process builds it. */
  readonly isBuilt: boolean;
}

export interface NewVersionsParts {
  readonly log: EventLog;
  readonly documents: DocumentStore;
  readonly projections: readonly AnyProjection[];
  /** Those of the runner of this process, which sees a second later that another has switched. */
  readonly pointers: Pointers;
  /** Others build; this process waits for them. */
  readonly onlyFollow: boolean;
  readonly onTrouble: (cause: unknown) => void;
  /** Each time that it has been looked how far they are. */
  readonly onProgress?: (versions: readonly VersionShown[]) => void;
  /** For tests, which can't wait so long. */
  readonly leaseTimes?: LeaseTimes;
}

/** Versions that this release declares, until all of them can be read. */
export interface NewVersions {
  /** Those that can't be read yet, as of the last look. */
  shown(): readonly VersionShown[];
  /** Resolves once all can be read. Rejects with the signal's reason. */
  whenRead(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

const lookEvery = 250;
/** After another process was found building, or nothing could be built. */
const retryEvery = 1_000;

/** Whether the log tells of anything but itself. */
const holdsAnything = async (log: Pick<EventLog, 'readAll'>): Promise<boolean> => {
  for await (const { type } of log.readAll()) if (type !== 'LogIdentified') return true;
  return false;
};

/**
 * Notes which versions nobody has built yet; to be called before they are followed. On a log that tells of
 * nothing yet there is nothing to build. Of documents from before there were notes it is known that they are read.
 */
export const declareVersions = async (
  log: Pick<EventLog, 'readAll'>,
  documents: Pick<DocumentStore, 'checkpoint' | 'readRecord' | 'writeRecord'>,
  projections: readonly AnyProjection[],
): Promise<void> => {
  const standings = await readStandings(documents);
  const unknown: string[] = [];
  for (const name of projections.map(checkpointName))
    if (!standings.has(name) && (await documents.checkpoint(name)) === null) unknown.push(name);
  if (unknown.length === 0) return;
  const first = (await holdsAnything(log)) ? unbuilt : firstStanding;
  // Another process may have come first: what is noted already isn't changed.
  for (const name of unknown)
    await changeStanding(documents, name, (standing) =>
      standing === firstStanding ? { ...first } : standing,
    );
};

const inSentence = ({ projection, version, ...of }: VersionShown): string => {
  const { stopped } = of;
  const title = `projection ${projection} v${version}`;
  if (stopped !== null)
    return `${title} can not be built: ${stopped.reason}; run a release that can digest it, or leave it out: darkroom projections skip ${projection} --position ${stopped.position} --reason "…"`;
  if (!of.isBuilt) return `${title} waits to be built by a process that projects: darkroom serve`;
  const left = of.secondsLeft === null ? '' : `, about ${of.secondsLeft} s`;
  return `${title} is being built: ${of.percent} %${left}`;
};

/** What isn't there yet, in a sentence each. */
export const sentencesOf = (versions: readonly VersionShown[]): readonly string[] => versions.map(inSentence);

interface Seen {
  readonly position: Position;
  readonly at: number;
}

const progressOf = (first: Seen, now: Seen, head: Position) => {
  const [from, to, end] = [first.position, now.position, head].map(Number) as [number, number, number];
  const perMs = (to - from) / (now.at - first.at);
  const left = Math.max(0, end - to);
  return {
    percent: end === 0 ? 0 : Math.min(100, Math.floor((100 * to) / end)),
    secondsLeft: perMs > 0 ? Math.ceil(left / perMs / 1_000) : null,
  };
};

export const startNewVersions = async (parts: NewVersionsParts): Promise<NewVersions> => {
  const { log, documents, projections, onTrouble } = parts;
  const end = new AbortController();
  const { signal } = end;
  const firstSeen = new Map<string, Seen>();
  let shown: readonly VersionShown[] = [];
  let read = (): void => undefined;
  const allRead = new Promise<void>((resolve) => {
    read = resolve;
  });

  const standingsOfAll = async (): Promise<readonly (readonly [AnyProjection, Standing])[]> => {
    const standings = await readStandings(documents);
    return projections.map((each) => [each, standingIn(standings, checkpointName(each))]);
  };
  const isUnread = ([each, { live }]: readonly [AnyProjection, Standing]): boolean =>
    live === unbuilt.live || parts.pointers.current().get(checkpointName(each)) === unbuilt.live;

  const show = async (each: AnyProjection, standing: Standing, head: Position): Promise<VersionShown> => {
    const name = checkpointName(each);
    const generation = standing.building ?? standing.wanted?.generation ?? standing.last;
    const checkpoint = await documents.checkpoint(generationName(name, generation));
    const now = { position: checkpoint?.position ?? startOfLog, at: performance.now() };
    const first = firstSeen.get(name) ?? now;
    firstSeen.set(name, first);
    const isBuilt = standing.wanted !== null || (await readHolder(documents, buildLeaseName(name))) !== null;
    const stopped = standing.stops.find((stop) => stop.generation === generation) ?? null;
    const { name: projection, version } = each;
    return { name, projection, version, ...progressOf(first, now, head), stopped, isBuilt };
  };

  const look = async (): Promise<void> => {
    const left = (await standingsOfAll()).filter(isUnread);
    const head = await log.head();
    shown = await Promise.all(left.map(([each, standing]) => show(each, standing, head)));
    parts.onProgress?.(shown);
    if (left.length === 0) read();
  };

  /** Brings them to the head and asks for them to be read; who writes them switches (writing.ts). */
  const bringToHead = async (building: Building): Promise<void> => {
    // What came meanwhile is little, and the switch has to wait for the less.
    for (let round = 0; round < 2; round += 1) await building.buildTo(await log.head());
    if (signal.aborted) return;
    for (const { name, generation, stopped } of building.tracks) {
      if (stopped !== null) continue;
      const wanted = { generation, actor: darkroom, commandId: v7() };
      await changeStanding(documents, name, (standing) =>
        standing.building === generation ? { ...standing, building: null, wanted } : standing,
      );
    }
  };

  /** It stopped before an event that nobody has decided to leave out: to try again would end there again. */
  const isStuck = async ({ name }: AnyProjection, { building, stops }: Standing): Promise<boolean> => {
    const stop = stops.find(({ generation }) => generation === building);
    return stop !== undefined && !(await readSkipped(log, name)).has(stop.position);
  };

  const buildMissing = async (stuckBefore: ReadonlySet<string>): Promise<ReadonlySet<string>> => {
    const wanting: AnyProjection[] = [];
    const stuck = new Set<string>();
    for (const [each, standing] of await standingsOfAll()) {
      if (standing.live !== unbuilt.live || standing.wanted !== null) continue;
      // Once by each process: a newer release may digest what an older one could not.
      if (stuckBefore.has(checkpointName(each)) && (await isStuck(each, standing)))
        stuck.add(checkpointName(each));
      else wanting.push(each);
    }
    if (wanting.length === 0) return stuck;
    const building = await build({ ...parts, projections: wanting, signal, onProgress: () => undefined });
    try {
      await bringToHead(building);
    } finally {
      await building.close();
    }
    for (const { name, stopped } of building.tracks) if (stopped !== null) stuck.add(name);
    return stuck;
  };

  const isPassing = (cause: unknown): boolean => cause instanceof BuildUnderWay || cause instanceof BuildLost;

  const until = async (pause: number, step: () => Promise<void>): Promise<void> => {
    while (shown.length > 0 && !signal.aborted) {
      await step().catch((cause) => (isPassing(cause) ? undefined : onTrouble(cause)));
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  };

  await look();
  let stuck: ReadonlySet<string> = new Set();
  const tryToBuild = async (): Promise<void> => {
    stuck = await buildMissing(stuck);
  };
  const working = Promise.all([
    until(lookEvery, look),
    parts.onlyFollow ? undefined : until(retryEvery, tryToBuild),
  ]);

  return {
    shown: () => shown,
    whenRead: (impatience) =>
      new Promise((resolve, reject) => {
        const giveUp = (): void => reject(impatience.reason);
        if (impatience.aborted) giveUp();
        impatience.addEventListener('abort', giveUp, { once: true });
        allRead.then(() => {
          impatience.removeEventListener('abort', giveUp);
          resolve();
        }, reject);
      }),
    async stop() {
      end.abort();
      await working;
    },
  };
};
