import { statfs } from 'node:fs/promises';
import { readCircuit } from '../../commands/readCircuit.ts';
import type { EventLog } from '../../events/log/eventLog.ts';
import type { DocumentStore } from '../../projections/documents/documentStore.ts';
import { readWorkload } from '../../projections/reading/readWorkload.ts';
import type { ProjectionRunner } from '../../projections/runner.ts';
import type { ProjectionHealth } from '../../projections/tracks.ts';
import type { Delivery } from '../delivery/createDelivery.ts';
import type { SweepingShown } from '../http/health.ts';
import { inTime } from '../inTime.ts';
import { lag } from '../lag.ts';
import type { Gauges } from './gauges.ts';

/** What is read of the parts when somebody asks. */

const seconds = (milliseconds: number): number => milliseconds / 1_000;

/** 0 where nothing is there, or a clock runs behind the one that wrote the time. */
const ageOf = (time: string | null, now: Date): number =>
  time === null ? 0 : Math.max(0, seconds(now.getTime() - Date.parse(time)));

const byProjection = (
  projections: readonly ProjectionHealth[],
  value: (of: ProjectionHealth) => number | null,
): Record<string, number | null> => Object.fromEntries(projections.map((each) => [each.name, value(each)]));

/** The log, and how far the documents are behind it. */
export const watchLog = (
  gauges: Gauges,
  log: Pick<EventLog, 'head' | 'health'>,
  projections: Pick<ProjectionRunner, 'health'>,
): void => {
  const read = gauges(async () => {
    const head = await inTime(log.head()).catch(() => null);
    const isReady = head !== null && log.health().state === 'ready';
    return { head, isReady, projections: projections.health() };
  });
  read.one({
    name: 'darkroom_event_log_ready',
    help: '1 where the event log answers and nothing that it tries last fails, else 0.',
    sample: ({ isReady }) => Number(isReady),
  });
  read.by({
    name: 'darkroom_projection_running',
    help: '1 where the projection goes on, 0 where it has stopped: /readyz says why.',
    label: 'projection',
    samples: (found) => byProjection(found.projections, ({ state }) => Number(state === 'running')),
  });
  read.by({
    name: 'darkroom_projection_lag_places',
    help: 'Places of the log (SQLite: events; KurrentDB: bytes) that the projection is behind its head; absent while the head is not known.',
    label: 'projection',
    samples: ({ head, projections: all }) => byProjection(all, ({ position }) => lag(head, position)),
  });
  read.by({
    name: 'darkroom_projection_quiet_seconds',
    help: 'Seconds since this process last saw the projection move: while idle, stuck and disconnected alike.',
    label: 'projection',
    samples: (found) => byProjection(found.projections, ({ quietMs }) => seconds(quietMs)),
  });
};

/** The jobs that wait or are drawn, the same from every process. */
export const watchWorkload = (gauges: Gauges, documents: DocumentStore, now: () => Date): void => {
  const read = gauges(() => documents.snapshot(readWorkload));
  read.by({
    name: 'darkroom_jobs',
    help: 'Jobs that have not ended, by state: accepted (not queued yet), waiting, running. Every process tells the same.',
    label: 'state',
    samples: ({ accepted, waiting, running }) => ({ accepted, waiting, running }),
  });
  read.by({
    name: 'darkroom_jobs_oldest_seconds',
    help: 'For how long the oldest accepted or waiting job has been in the queue; 0 where there is none.',
    label: 'state',
    samples: ({ oldestAcceptedAt, oldestWaitingAt }) => ({
      accepted: ageOf(oldestAcceptedAt, now()),
      waiting: ageOf(oldestWaitingAt, now()),
    }),
  });
  read.one({
    name: 'darkroom_queue_paused',
    help: '1 while the queue is paused.',
    sample: ({ paused }) => Number(paused),
  });
};

/** Write-ahead logs; none where the stores are on servers of their own. */
export const watchFiles = (
  gauges: Gauges,
  log: Pick<EventLog, 'walBytes'>,
  documents: Pick<DocumentStore, 'walBytes'>,
): void => {
  const read = gauges(async () => ({
    events: (await log.walBytes?.()) ?? null,
    documents: (await documents.walBytes?.()) ?? null,
  }));
  read.by({
    name: 'darkroom_wal_bytes',
    help: 'Size of the write-ahead log of each SQLite file: events, documents.',
    label: 'store',
    samples: (sizes) => sizes,
  });
};

/** The disk that the embedded stores lie on. */
export const watchDisk = (gauges: Gauges, folder: string): void => {
  const read = gauges(() => statfs(folder));
  read.by({
    name: 'darkroom_disk_bytes',
    help: 'The disk of DATA_DIR: its size, and what is free of it for this process.',
    label: 'of',
    samples: ({ bsize, blocks, bavail }) => ({ size: bsize * blocks, free: bsize * bavail }),
  });
};

/**
 * Whether engines rest, the same from every process. How much of the time is this averaged: an open circuit stays
 * so for `BREAKER_RESET_MS`, so that none is missed between two scrapes.
 */
export const watchCircuits = (
  gauges: Gauges,
  log: Pick<EventLog, 'readStream'>,
  engines: readonly { readonly name: string }[],
): void => {
  const read = gauges(() =>
    Promise.all(engines.map(async ({ name }) => ({ name, circuit: await readCircuit(log, name) }))),
  );
  read.by({
    name: 'darkroom_engine_resting',
    help: '1 while the circuit of an engine is not closed: its jobs wait, but for one that tries it; else 0. Every process tells the same.',
    label: 'engine',
    samples: (found) =>
      Object.fromEntries(found.map(({ name, circuit }) => [name, Number(circuit.status !== 'closed')])),
  });
};

/** Sockets. */
export const watchDelivery = (
  gauges: Gauges,
  delivery: Pick<Delivery, 'health'>,
  log: Pick<EventLog, 'head'>,
): void => {
  const read = gauges(async () => {
    const head = await inTime(log.head()).catch(() => null);
    return { head, ...delivery.health() };
  });
  read.one({
    name: 'darkroom_delivery_lag_places',
    help: 'Places of the log (as of projections) that delivery is behind its head, and with it every subscription that is live; NaN while the head is not known.',
    sample: ({ head, position }) => (position === null ? null : lag(head, position)),
  });
  read.one({
    name: 'darkroom_delivery_connections',
    help: 'Open sockets of signed-in clients.',
    sample: ({ connections }) => connections,
  });
  read.one({
    name: 'darkroom_delivery_subscriptions',
    help: 'Subscriptions of all open sockets.',
    sample: ({ subscriptions }) => subscriptions,
  });
  read.by({
    name: 'darkroom_delivery_reads',
    help: 'Reads for subscriptions that begin or catch up: under way (reading), or waiting for their turn.',
    label: 'state',
    samples: ({ reading, waiting }) => ({ reading, waiting }),
  });
  read.one({
    name: 'darkroom_delivery_following',
    help: '1 where delivery follows the log, 0 where it is interrupted.',
    sample: ({ state }) => Number(state === 'running'),
  });
};

/** What queues and looks for stuck jobs, where this process does. */
export const watchSweep = (gauges: Gauges, { sweep, queueing, collecting }: SweepingShown): void => {
  const read = gauges(async () => ({ ...sweep(), ...queueing(), collecting: collecting() }));
  read.one({
    name: 'darkroom_sweep_quiet_seconds',
    help: 'Seconds since the sweep last looked at all running jobs; since the start where it has not yet.',
    sample: ({ quietMs }) => seconds(quietMs),
  });
  read.one({
    name: 'darkroom_sweep_silence_seconds',
    help: 'Longest silence of a job that was still running after the last sweep; 0 where none runs.',
    sample: ({ longestSilenceMs }) => seconds(longestSilenceMs),
  });
  read.one({
    name: 'darkroom_sweep_lease_seconds',
    help: 'The silence after which the sweep gives an attempt up (LEASE_MS).',
    sample: ({ leaseMs }) => seconds(leaseMs),
  });
  read.by({
    name: 'darkroom_sweep_done',
    help: 'What the sweep of this process has done since it started: attempts that it ended, probes of engines that nobody drew any more, images that no job shows.',
    label: 'what',
    samples: ({ done, collecting: { collected } }) => ({ ...done, images_collected: collected }),
  });
  read.one({
    name: 'darkroom_collecting_quiet_seconds',
    help: 'Seconds since images that no job shows were last looked for; since the start where they have not been yet.',
    sample: ({ collecting: { quietMs } }) => seconds(quietMs),
  });
  read.one({
    name: 'darkroom_queueing_leads',
    help: '1 where this process is the one that queues jobs, 0 where another is.',
    sample: ({ leads }) => Number(leads),
  });
};
