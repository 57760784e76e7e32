import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { v7 } from 'uuid';
import { startOfLog } from '../src/events/ids.ts';
import type { EventLog } from '../src/events/log/eventLog.ts';
import { openKurrentdbEventLog } from '../src/events/log/kurrentdb/kurrentdbEventLog.ts';
import { newNamespace, testServer } from '../test/support/kurrentdb/testServer.ts';
import { newEvent } from '../test/support/newEvent.ts';
import { type BenchTable, median } from './table.ts';

const repetitions = 5;
const inFlight = 100;
const appends = 10_000;
const followed = 200_000;
const data = { prompt: 'a lighthouse on a cliff in a storm', width: 768, height: 768, steps: 24, seed: 7 };

/** Does it so often, this many always under way; how many a second. */
const perSecond = async (total: number, once: () => Promise<unknown>): Promise<number> => {
  let left = total;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left > 0) {
        left -= 1;
        await once();
      }
    }),
  );
  return (total / (performance.now() - begin)) * 1_000;
};

const ours = async (url: string): Promise<number> => {
  const log = await openKurrentdbEventLog(url, { namespace: newNamespace() });
  const speed = await perSecond(appends, () => {
    const event = newEvent(data);
    return log.append(`job-${event.id}`, 'no_stream', [event]);
  });
  await log.close();
  return speed;
};

/** The client alone, in the way it takes by itself: all appends over one call. */
const bare = async (url: string): Promise<number> => {
  const client = EventStoreDBClient.connectionString(url);
  const namespace = newNamespace();
  const speed = await perSecond(appends, () => {
    const { id, type, data: body, metadata } = newEvent(data, v7());
    const event = jsonEvent({ id, type, data: body, metadata: { ...metadata } });
    return client.appendToStream(`${namespace}job-${id}`, event, { expectedRevision: 'no_stream' });
  });
  await client.dispose();
  return speed;
};

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** MiB in use after everything that can be thrown away was. */
const heapInUse = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

const fill = async (log: EventLog): Promise<void> => {
  const batch = 100;
  let left = followed / batch;
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      while (left > 0) {
        left -= 1;
        await log.append(
          `job-${v7()}`,
          'no_stream',
          Array.from({ length: batch }, () => newEvent(data)),
        );
      }
    }),
  );
};

/** Follows all of it once; the heap is looked at after a twentieth, and at the end. */
const follow = async (log: EventLog) => {
  const end = new AbortController();
  let seen = 0;
  let atBegin = 0;
  const begin = performance.now();
  for await (const item of log.subscribe({ after: startOfLog, signal: end.signal })) {
    if (item.kind === 'caughtUp') break;
    seen += item.events.length;
    if (atBegin === 0 && seen >= followed / 20) atBegin = heapInUse();
  }
  const speed = (seen / (performance.now() - begin)) * 1_000;
  if (seen !== followed + 1) throw new Error(`${followed + 1} events were to be followed, not ${seen}`);
  return { speed, atBegin, atEnd: heapInUse() };
};

const spread = (numbers: readonly number[]): string =>
  `${Math.round(Math.min(...numbers))} to ${Math.round(Math.max(...numbers))}`;

/** Our event log beside the bare client, on one server in its own process. */
export const benchKurrentdb = async (): Promise<BenchTable> => {
  const server = await testServer.start();
  try {
    const our: number[] = [];
    const theirs: number[] = [];
    // Both once before it counts, for the server is slow until it is warm.
    await ours(server.url);
    await bare(server.url);
    for (let repetition = 0; repetition < repetitions; repetition += 1) {
      our.push(await ours(server.url));
      theirs.push(await bare(server.url));
    }
    const log = await openKurrentdbEventLog(server.url, { namespace: newNamespace() });
    await fill(log);
    const runs: Awaited<ReturnType<typeof follow>>[] = [];
    for (let repetition = 0; repetition < repetitions; repetition += 1) runs.push(await follow(log));
    await log.close();
    const of = (pick: (run: (typeof runs)[number]) => number): number => median(runs.map(pick));
    return {
      name: `kurrentdb: on ${testServer.name}`,
      rows: [
        {
          what: `appends, ${inFlight} in flight, 1/s`,
          ours: Math.round(median(our)),
          spread: spread(our),
          beside: `bare client: ${Math.round(median(theirs))} (${spread(theirs)})`,
          ratio: (median(our) / median(theirs)).toFixed(2),
        },
        {
          what: `${followed} events through a subscription, 1/s`,
          ours: Math.round(of(({ speed }) => speed)),
          spread: spread(runs.map(({ speed }) => speed)),
          beside: `heap after a twentieth ${of(({ atBegin }) => atBegin).toFixed(1)} MiB, after all ${of(({ atEnd }) => atEnd).toFixed(1)} MiB`,
          ratio: (of(({ atEnd }) => atEnd) / of(({ atBegin }) => atBegin)).toFixed(2),
        },
      ],
    };
  } finally {
    await server.stop();
  }
};
