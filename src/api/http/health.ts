import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Position } from '../../events/ids.ts';
import { versionOf } from '../../projections/generations.ts';
import { sentencesOf } from '../../projections/newVersions.ts';
import type { ProjectionHealth } from '../../projections/tracks.ts';
import { inTime } from '../inTime.ts';
import { lag } from '../lag.ts';
import type { HttpApiParts } from './parts.ts';

/** What the sweep of this process says of itself. */
export interface SweepShown {
  readonly looked: number;
  readonly gaveUp: number;
  readonly longestSilenceMs: number;
  readonly quietMs: number;
  readonly hasRun: boolean;
  readonly leaseMs: number;
  readonly reason: string | null;
  /** Since the process started, by what it is. */
  readonly done: Readonly<Record<string, number>>;
}

/** What the queueing of this process says of itself. */
export interface QueueingShown {
  readonly leads: boolean;
}

/** What the collecting of images that no job shows says of itself. */
export interface CollectingShown {
  readonly collected: number;
  readonly quietMs: number;
  readonly reason: string | null;
}

/** How an engine was when it was last asked; null where it has not been yet. */
export interface EngineHealthShown {
  readonly name: string;
  readonly isWell: boolean | null;
  readonly reason: string | null;
}

/** Of a process that queues and sweeps. */
export interface SweepingShown {
  collecting(): CollectingShown;
  sweep(): SweepShown;
  queueing(): QueueingShown;
}

interface Part {
  readonly state: 'ready' | 'not_ready';
  readonly position: Position | null;
  /** What is the matter, where something is. */
  readonly reason: string | null;
}

const check = async (name: string, position: () => Promise<Position>, logger: Logger): Promise<Part> => {
  try {
    return { state: 'ready', position: await inTime(position()), reason: null };
  } catch (cause) {
    logger.warn({ err: cause, part: name }, 'not ready');
    const reason = cause instanceof Error ? cause.message : String(cause);
    return { state: 'not_ready', position: null, reason };
  }
};

/** What whoever runs it can do about a part that isn't ready. */
const whatToDo = {
  eventLog:
    'See that the event log at EVENT_LOG_URL runs, can be reached from here, and has room on its disk; it is tried again by itself.',
  documents:
    'See that the document store at DOCUMENTS_URL runs, can be reached from here, and has room on its disk; it is tried again by itself.',
  projection: 'Read the reason; documents of another log must be built again.',
  unbuilt:
    'Wait: this process serves once it is built. Nodes of the release before go on serving, and must be left running meanwhile.',
  sweep:
    'Read the reason and the log of this process; running jobs are looked after by other sweeps meanwhile.',
  engine:
    'Read the reason; see that the engine runs and can be reached from here, and that its key and its credit are good: docs/engines.md.',
  collecting:
    'Read the reason and the log of this process; meanwhile images that no job shows take room, and nothing else.',
};

const advice = (isWell: boolean, part: keyof typeof whatToDo): string | null =>
  isWell ? null : whatToDo[part];

const inSeconds = (milliseconds: number): number => Math.round(milliseconds) / 1_000;

const whatToDoAbout = ({ name, state, indigestible }: ProjectionHealth): string | null => {
  if (state === 'running') return null;
  if (indigestible === null) return whatToDo[state === 'unbuilt' ? 'unbuilt' : 'projection'];
  const projection = versionOf(name)?.projection ?? name;
  return `Run a release that can digest the event; or leave it out: darkroom projections skip ${projection} --position ${indigestible} --reason "…"`;
};

const shownProjection = (health: ProjectionHealth, head: Position | null, unbuilt: string | undefined) => ({
  ...{ name: health.name, state: health.state, position: health.position },
  reason: unbuilt ?? health.reason,
  lag: lag(head, health.position),
  quietSeconds: inSeconds(health.quietMs),
  whatToDo: whatToDoAbout(health),
});

/** It says what was done, and doesn't count for being ready: others sweep too. */
const shownSweep = ({ hasRun, quietMs, looked, gaveUp, longestSilenceMs, reason }: SweepShown) => ({
  state: reason === null ? 'running' : 'failing',
  ...{ hasRun, quietSeconds: inSeconds(quietMs), looked, gaveUp },
  longestSilenceSeconds: inSeconds(longestSilenceMs),
  reason,
  whatToDo: advice(reason === null, 'sweep'),
});

const shownCollecting = ({ collected, quietMs, reason }: CollectingShown) => ({
  state: reason === null ? 'running' : 'failing',
  ...{ collected, quietSeconds: inSeconds(quietMs), reason },
  whatToDo: advice(reason === null, 'collecting'),
});

/** While one is away jobs wait, or another draws: it doesn't count for being ready. */
const shownEngine = ({ name, isWell, reason }: EngineHealthShown) => ({
  name,
  state: isWell === null ? 'unknown' : isWell ? 'well' : 'unwell',
  reason,
  whatToDo: advice(isWell !== false, 'engine'),
});

/** The process answers; nothing else is said. */
export const alive: RequestHandler = (_request, response) => {
  response.json({ status: 'ok' });
};

/** What is counted, as Prometheus reads it. */
export const measured =
  ({ exposition }: HttpApiParts['metrics']): RequestHandler =>
  async (_request, response) => {
    const { contentType, text } = await exposition();
    response.set('Content-Type', contentType).send(text);
  };

type ReadyParts = Pick<
  HttpApiParts,
  'log' | 'readModel' | 'projections' | 'newVersions' | 'sweeping' | 'engineHealth' | 'logger'
>;

/** Each part with its state, its lag and what to do. 503 while one isn't ready: send requests elsewhere. */
export const ready =
  ({
    log,
    readModel,
    projections,
    newVersions,
    sweeping,
    engineHealth,
    logger,
  }: ReadyParts): RequestHandler =>
  async (_request, response) => {
    const [eventLog, documents] = await Promise.all([
      check('eventLog', () => log.head(), logger),
      check('documents', () => readModel.position(), logger),
    ]);
    const unbuilt = new Map(newVersions?.shown().map((each) => [each.name, sentencesOf([each])[0]]));
    const followers = projections
      .health()
      .map((each) => shownProjection(each, eventLog.position, unbuilt.get(each.name)));
    const isReady =
      eventLog.state === 'ready' &&
      documents.state === 'ready' &&
      followers.every(({ state }) => state === 'running');
    const trouble = log.health().reason ?? eventLog.reason;
    response.status(isReady ? 200 : 503).json({
      status: isReady ? 'ready' : 'not_ready',
      parts: {
        eventLog: { ...eventLog, reason: trouble, whatToDo: advice(trouble === null, 'eventLog') },
        documents: {
          ...documents,
          lag: documents.position === null ? null : lag(eventLog.position, documents.position),
          whatToDo: advice(documents.state === 'ready', 'documents'),
        },
        projections: followers,
        ...(engineHealth === undefined ? {} : { engines: engineHealth().map(shownEngine) }),
        ...(sweeping === undefined
          ? {}
          : {
              sweep: shownSweep(sweeping.sweep()),
              queueing: sweeping.queueing(),
              collecting: shownCollecting(sweeping.collecting()),
            }),
      },
    });
  };
