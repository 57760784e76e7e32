import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog } from '../src/events/log/eventLog.ts';
import { beginOfChain, chainOn } from '../src/events/log/seals/chain.ts';
import { verifyLog } from '../src/events/log/seals/verifyLog.ts';
import { openSqliteEventLog } from '../src/events/log/sqlite/sqliteEventLog.ts';
import { sealStream } from '../src/events/streams.ts';
import { newEvent } from '../test/support/newEvent.ts';
import { fillLog } from './fill.ts';
import { type BenchTable, median } from './table.ts';

const repetitions = 5;
const jobs = 10_000;
const sealEvery = 1_000;

/** Every seal that the sealing process would have made of what is there. */
const sealAll = async (log: EventLog): Promise<void> => {
  let chain = beginOfChain;
  const seals: ReturnType<typeof newEvent>[] = [];
  for await (const event of log.readAll()) {
    chain = chainOn(chain, event);
    if (chain.count % sealEvery === 0) seals.push({ ...newEvent({ ...chain }), type: 'LogSealed' });
  }
  await log.append(sealStream, 'no_stream', seals);
};

const countEvents = async (log: EventLog): Promise<number> => {
  let events = 0;
  for await (const _ of log.readAll()) events += 1;
  return events;
};

const verifyAll = async (log: EventLog): Promise<number> => {
  const { breach, events, seals } = await verifyLog(log);
  if (breach !== null || seals !== Math.floor(events / sealEvery))
    throw new Error(`a whole log was found broken: ${breach?.what ?? `${seals} seals fit`}`);
  return events;
};

const perSecond = async (run: () => Promise<number>): Promise<number> => {
  const begin = performance.now();
  const events = await run();
  return events / ((performance.now() - begin) / 1000);
};

export const benchVerify = async (): Promise<BenchTable> => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  const log = await openSqliteEventLog(join(folder, 'events.db'));
  await fillLog(log, jobs);
  await sealAll(log);
  const ours: number[] = [];
  const reading: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    ours.push(await perSecond(() => verifyAll(log)));
    reading.push(await perSecond(() => countEvents(log)));
  }
  await log.close();
  rmSync(folder, { recursive: true });
  return {
    name: `verify: the chain of ${10 * jobs} events, a seal for each ${sealEvery}`,
    rows: [
      {
        'events/s': Math.round(median(ours)),
        spread: `${Math.round(Math.min(...ours))} to ${Math.round(Math.max(...ours))}`,
        'reading alone, events/s': Math.round(median(reading)),
        ratio: (median(ours) / median(reading)).toFixed(2),
      },
    ],
  };
};
