import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteEventLog } from '../src/events/log/sqlite/sqliteEventLog.ts';
import { startProcess } from './deliveryProcess.ts';
import { fillLog } from './fill.ts';
import type { Rebuilding } from './rebuildProcess.ts';
import { type BenchTable, median } from './table.ts';

const repetitions = 5;
const jobs = 20_000;
const encryptedJobs = 2_000;
const jobsOfTraffic = 300;

/**
 * All documents from 200,000 events, beside only reading and parsing them through the same log, and beside a
 * loop written by hand; then live traffic while another process builds everything anew.
 */
export const benchRebuild = async (): Promise<BenchTable> => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  const log = await openSqliteEventLog(join(folder, 'events.db'));
  await fillLog(log, jobs);
  const events = Number(await log.head());
  await log.close();
  const server = startProcess<Rebuilding>('rebuildProcess.ts', folder);
  const beside = startProcess<Rebuilding>('rebuildProcess.ts', folder);
  const encryptedEvents = await server.call('fillEncrypted', encryptedJobs);

  const found = {
    reading: [] as number[],
    decrypting: [] as number[],
    verifying: [] as number[],
    timeline: [] as number[],
    byHand: [] as number[],
    all: [] as number[],
  };
  let heap = '';
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    found.reading.push(await server.call('read'));
    found.decrypting.push(await server.call('decrypt'));
    found.verifying.push(await server.call('verify'));
    found.timeline.push((await server.call('project', ['timeline'])).ms);
    const byHand = await server.call('byHand');
    const projected = await server.call('project', null);
    if (projected.extent !== byHand.extent)
      throw new Error(`documents differ: ${projected.extent}; by hand ${byHand.extent}`);
    found.byHand.push(byHand.ms);
    found.all.push(projected.ms);
    heap = `${projected.before}, ${projected.after}`;
  }

  const traffic = { alone: [] as number[], beside: [] as number[] };
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    traffic.alone.push(await server.call('traffic', jobsOfTraffic));
    const before = await beside.call('startBuilding');
    traffic.beside.push(await server.call('traffic', jobsOfTraffic));
    if ((await beside.call('endBuilding')) <= before) throw new Error('nothing was built meanwhile');
  }
  await server.end();
  await beside.end();
  rmSync(folder, { recursive: true });

  const row = (what: string, rates: readonly number[], ratio: string, wanted: string, more = '-') => ({
    what,
    'events/s': Math.round(median(rates)),
    spread: `${Math.round(Math.min(...rates))} to ${Math.round(Math.max(...rates))}`,
    ratio,
    wanted,
    'heap MB before, after': more,
  });
  const perSecond = (times: readonly number[], of = events): number[] => times.map((ms) => (1_000 * of) / ms);
  const [reading, all, byHand] = [perSecond(found.reading), perSecond(found.all), perSecond(found.byHand)];
  const shareOf = (rates: readonly number[], peer: readonly number[], name: string): string =>
    `${(median(rates) / median(peer)).toFixed(2)} of ${name}`;
  const withReading = (what: string, rates: readonly number[]) =>
    row(what, rates, shareOf(rates, reading, 'reading'), '-');
  return {
    name: `rebuild: every document from ${events} events`,
    rows: [
      row('read and parse only', reading, '-', '-'),
      row('project into all documents', all, shareOf(all, reading, 'reading'), '0.20, memory flat', heap),
      row('the same beside the loop by hand', all, shareOf(all, byHand, 'by hand'), '0.50'),
      withReading('by hand: read, parse, fold, write', byHand),
      withReading('`timeline` alone', perSecond(found.timeline)),
      withReading('read, parse, decrypt', perSecond(found.decrypting, encryptedEvents)),
      withReading('read, parse, verify the chain', perSecond(found.verifying)),
      row('live traffic, nothing beside it', traffic.alone, '-', '-'),
      row(
        'live traffic while all is built anew',
        traffic.beside,
        shareOf(traffic.beside, traffic.alone, 'alone'),
        '0.50',
      ),
    ],
  };
};
