import { openSide, percentile, type Row, rowOf, type Side, sized, spread } from './deliverySides.ts';
import { median } from './table.ts';

const conversations = 50;
const each = 10;
const repetitions = sized(5, 2);

type How = { readonly perSecond?: number; readonly atOnce?: number };
type Run = { readonly p50: number; readonly p99: number; readonly perSecond: number };

/** Posts to all conversations in turn; every client must have applied every message of its own, in order. */
const post = async ({ server, clients }: Side, from: number, count: number, how: How): Promise<Run> => {
  const before = await clients.call('total');
  const { begin, times } = await server.call('post', { from, count, ...how });
  await clients.call('untilTotal', before + count * each);
  const { delays, end } = await clients.call('delays', { from, times });
  await server.call('settled');
  return {
    p50: percentile(delays, 0.5),
    p99: percentile(delays, 0.99),
    perSecond: ((count * each) / (end - begin)) * 1_000,
  };
};

/** The same, but all of it was appended and projected before, as if other nodes had: delivery has the processor to itself. */
const deliver = async ({ server, clients }: Side, from: number, count: number): Promise<Run> => {
  const before = await clients.call('total');
  await server.call('hold');
  const { times } = await server.call('post', { from, count, atOnce: 2_000 });
  await server.call('settled');
  const begin = await server.call('open');
  await clients.call('untilTotal', before + count * each);
  const { end } = await clients.call('delays', { from, times });
  return { p50: Number.NaN, p99: Number.NaN, perSecond: ((count * each) / (end - begin)) * 1_000 };
};

const latency = (our: readonly Run[], plain: readonly Run[]): Row => {
  const tell = (runs: readonly Run[]): string =>
    `${median(runs.map(({ p99 }) => p99)).toFixed(1)} (${spread(
      runs.map(({ p99 }) => p99),
      1,
    )}; median ${median(runs.map(({ p50 }) => p50)).toFixed(1)})`;
  const more = median(our.map(({ p99 }) => p99)) - median(plain.map(({ p99 }) => p99));
  return rowOf(
    '1,000 events/s to 50 conversations of 10 clients: p99 ms from acknowledged append to applied',
    tell(our),
    tell(plain),
    'at most 50 ms more',
    `${more.toFixed(1)} ms more`,
    more <= 50,
  );
};

const saturation = (what: string, our: readonly Run[], plain: readonly Run[], target: number | null): Row => {
  const speeds = (runs: readonly Run[]): number[] => runs.map(({ perSecond }) => perSecond);
  const tell = (runs: readonly Run[]): string =>
    `${Math.round(median(speeds(runs)))} (${spread(speeds(runs))})`;
  const ratio = median(speeds(our)) / median(speeds(plain));
  const wanted = target === null ? 'reported' : `at least ${target}`;
  return rowOf(
    what,
    tell(our),
    tell(plain),
    wanted,
    ratio.toFixed(2),
    target === null ? null : ratio >= target,
  );
};

/** What 500 clients get while people write. */
export const benchTraffic = async (): Promise<Row[]> => {
  const our = await openSide('darkroom', conversations, each);
  const plain = await openSide('plain', conversations, each);
  await our.connect(false);
  await plain.connect(false);
  let from = 0;
  const both = async (count: number, how: How | 'alone', times = repetitions) => {
    const runs: { our: Run[]; plain: Run[] } = { our: [], plain: [] };
    for (let repetition = 0; repetition < times; repetition += 1) {
      runs.our.push(how === 'alone' ? await deliver(our, from, count) : await post(our, from, count, how));
      runs.plain.push(await post(plain, from, count, how === 'alone' ? { atOnce: 2_000 } : how));
      from += count;
    }
    return runs;
  };
  // Once before it counts: neither side's code is warm yet.
  await both(1_000, {}, 1);
  const even = await both(sized(3_000, 1_000), { perSecond: 1_000 });
  const full = await both(sized(15_000, 3_000), { atOnce: 2_000 });
  const alone = await both(sized(15_000, 3_000), 'alone');
  await our.server.call('batchEvents', 1);
  const single = await both(sized(5_000, 1_000), { atOnce: 2_000 });
  await our.close();
  await plain.close();
  return [
    latency(even.our, even.plain),
    saturation('as many as it can, deliveries/s', full.our, full.plain, 0.9),
    saturation('the same, appended and projected before', alone.our, alone.plain, null),
    saturation('the same, with one event a batch', single.our, single.plain, null),
  ];
};

const missed = sized(100_000, 10_000);
const oneAPacket = sized(20_000, 5_000);

/** One client that missed much. */
export const benchReplay = async (): Promise<Row> => {
  const our = await openSide('darkroom', 1, repetitions + 1);
  const plain = await openSide('plain', 1, 1);
  await our.connect(true);
  await our.clients.call('drop');
  await our.server.call('post', { from: 0, count: missed });
  await our.server.call('settled');
  await plain.connect(false);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const begin = await our.clients.call('comeBack', repetition);
    await our.clients.call('untilTotal', (repetition + 1) * missed);
    const [end = Number.NaN] = await our.clients.call('complete', {
      from: 0,
      count: missed,
      only: repetition,
    });
    ours.push((missed / (end - begin)) * 1_000);
    const beginPlain = await plain.clients.call('replay', oneAPacket);
    await plain.clients.call('untilTotal', (repetition + 1) * oneAPacket);
    theirs.push((oneAPacket / ((await plain.clients.call('lastAt')) - beginPlain)) * 1_000);
  }
  // Once more for the memory: collecting garbage all the time is slow.
  const before = await our.server.call('memory');
  let most = before;
  let isOver = false;
  await our.clients.call('comeBack', repetitions);
  const over = our.clients.call('untilTotal', (repetitions + 1) * missed).finally(() => {
    isOver = true;
  });
  while (!isOver) most = Math.max(most, await our.server.call('memory'));
  await over;
  await our.close();
  await plain.close();
  const ratio = median(ours) / median(theirs);
  const grown = (most - before) / 2 ** 20;
  return rowOf(
    `${missed} missed events to one client, events/s (plain: one a packet, 200 unacknowledged)`,
    `${Math.round(median(ours))} (${spread(ours)}); at most ${grown.toFixed(1)} MiB more in use meanwhile`,
    `${Math.round(median(theirs))} (${spread(theirs)})`,
    'at least 4 times; memory flat (8 MiB)',
    `${ratio.toFixed(1)} times`,
    ratio >= 4 && grown <= 8,
  );
};
