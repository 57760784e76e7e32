import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBullmq } from './bullmq.ts';
import { claimLatencies } from './claims.ts';
import { bareRows, eventsPerJob, throughCommands } from './jobsThroughCommands.ts';
import { type BenchTable, median } from './table.ts';

const repetitions = 5;
const claims = 200;

const round = (number: number): number => Math.round(number);
const spread = (numbers: readonly number[]): string =>
  `${round(Math.min(...numbers))} to ${round(Math.max(...numbers))}`;
const ratio = (ours: readonly number[], theirs: readonly number[]): string =>
  (median(ours) / median(theirs)).toFixed(2);

const quantile = (numbers: readonly number[], share: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) * share)] ?? Number.NaN;

/**
 * From the message to the finished picture: asked for, queued, started, three times progressed, completed,
 * through the command handler and everything on the disk before it is acknowledged.
 */
export const benchJobs = async (): Promise<BenchTable> => {
  const bullmq = await openBullmq();
  const rows: Record<string, string | number>[] = [];
  for (const [inFlight, total] of [
    [50, 3_000],
    [500, 5_000],
  ] as const) {
    const ours: number[] = [];
    const bare: number[] = [];
    const theirs: number[] = [];
    for (let repetition = 0; repetition < repetitions; repetition += 1) {
      const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
      const { eventsPerSecond, events } = await throughCommands(join(folder, 'events.db'), inFlight, total);
      ours.push(eventsPerSecond);
      bare.push(bareRows(join(folder, 'bare.db'), events, inFlight));
      rmSync(folder, { recursive: true });
      if (bullmq.kind === 'ready') theirs.push(await bullmq.jobsPerSecond(inFlight, total));
    }
    const jobs = ours.map((events) => events / eventsPerJob);
    rows.push({
      what: `${inFlight} jobs in flight, events/s`,
      ours: `${round(median(ours))} (${spread(ours)})`,
      beside: `bare better-sqlite3, rows/s in batches of ${inFlight}: ${round(median(bare))} (${spread(bare)})`,
      ratio: ratio(ours, bare),
      wanted: '0.50',
    });
    rows.push({
      what: `${inFlight} jobs in flight, jobs/s`,
      ours: `${round(median(jobs))} (${spread(jobs)})`,
      beside:
        bullmq.kind === 'ready'
          ? `${bullmq.name}: ${round(median(theirs))} (${spread(theirs)})`
          : `BullMQ skipped: ${bullmq.reason}`,
      ratio: bullmq.kind === 'ready' ? ratio(jobs, theirs) : '-',
      wanted: inFlight === 500 ? '1.00' : '-',
    });
  }
  const latencies = await claimLatencies(claims);
  rows.push({
    what: 'claim by an idle worker, ms after the job is queued',
    ours: `${median(latencies).toFixed(1)} (p95 ${quantile(latencies, 0.95).toFixed(1)})`,
    beside: '-',
    ratio: '-',
    wanted: 'under 30',
  });
  return { name: 'jobs: from the message to the finished picture', rows };
};
