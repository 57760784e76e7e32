import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Json } from '../../../src/events/json.ts';
import type { OperationalRecord } from '../../../src/projections/documents/documentStore.ts';
import { ownInstance } from '../../../src/projections/instance.ts';
import { keepLeases, type LeaseParts, type Leases } from '../../../src/projections/leases.ts';

/** Records in memory; `pause` holds every call back, as a stopped process does its own. */
const openRecords = () => {
  const records = new Map<string, OperationalRecord>();
  const connect = (): LeaseParts['documents'] & { pause(): () => void; loseAnswers(): void } => {
    let paused: Promise<void> = Promise.resolve();
    let answersLost = false;
    return {
      async readRecord(kind, id) {
        await paused;
        return records.get(`${kind} ${id}`) ?? null;
      },
      async writeRecord(kind, id, expected, value: Json) {
        await paused;
        const current = records.get(`${kind} ${id}`)?.version ?? null;
        if (current !== expected) return 'conflict';
        records.set(`${kind} ${id}`, { value, version: (expected ?? 0) + 1 });
        if (!answersLost) return 'written';
        answersLost = false;
        throw new Error('the answer was lost');
      },
      pause() {
        let resume = (): void => undefined;
        paused = new Promise((resolve) => {
          resume = resolve;
        });
        return resume;
      },
      loseAnswers() {
        answersLost = true;
      },
    };
  };
  return { connect, lease: () => records.get('lease messages_1') };
};

describe('leases', () => {
  let time: number;
  let store: ReturnType<typeof openRecords>;
  let open: Leases[];
  const own = ownInstance('this process');
  const keep = async (
    documents: LeaseParts['documents'],
    of = own,
    names: readonly string[] = ['messages_1'],
  ): Promise<Leases> => {
    const leases = await keepLeases({
      ...{ documents, names, own: of, clock: () => time, onTrouble: () => undefined },
      times: { lookMs: 1, beatMs: 2_000, silenceMs: 6_000 },
    });
    open.push(leases);
    return leases;
  };
  /** Lets every keeper look several times. */
  const looks = async (): Promise<void> => {
    for (let look = 0; look < 5; look += 1) await new Promise((resolve) => setTimeout(resolve, 3));
  };
  beforeEach(() => {
    time = 1_000;
    store = openRecords();
    open = [];
  });
  afterEach(() => Promise.all(open.map((leases) => leases.stop())));

  it('has exactly one holder, however many start together', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => keep(store.connect())));
    expect(all.flatMap((leases) => leases.held())).toEqual([{ name: 'messages_1', fence: 1 }]);
  });

  it('stays with a holder that beats, for whatever time', async () => {
    const holder = await keep(store.connect());
    const other = await keep(store.connect());
    for (let beat = 1; beat <= 10; beat += 1) {
      time += 2_000;
      await vi.waitFor(() => expect(store.lease()?.version).toBe(1 + beat));
      await looks();
    }
    expect([holder.held().length, other.held().length]).toEqual([1, 0]);
  });

  it('is taken from a silent holder after 6 s and not before, and that one learns it when it goes on', async () => {
    const stopped = store.connect();
    const holder = await keep(stopped);
    const other = await keep(store.connect());
    const lost = holder.change();
    const goOn = stopped.pause();
    time += 5_999;
    await looks();
    expect(other.held()).toEqual([]);
    time += 1;
    await vi.waitFor(() => expect(other.held()).toEqual([{ name: 'messages_1', fence: 2 }]));
    expect(holder.held()).toEqual([{ name: 'messages_1', fence: 1 }]);
    goOn();
    await vi.waitFor(() => expect(lost.aborted).toBe(true));
    expect(holder.held()).toEqual([]);
  });

  it('is not taken by a looker that was itself stopped while the holder went on', async () => {
    const holder = await keep(store.connect());
    const stopped = store.connect();
    const looker = await keep(stopped);
    const goOn = stopped.pause();
    time += 60_000;
    await vi.waitFor(() => expect(store.lease()?.version).toBe(2));
    goOn();
    await looks();
    expect([holder.held().length, looker.held().length]).toEqual([1, 0]);
  });

  it('is taken at once where it was handed back', async () => {
    const holder = await keep(store.connect());
    const other = await keep(store.connect());
    await holder.stop();
    await vi.waitFor(() => expect(other.held()).toEqual([{ name: 'messages_1', fence: 2 }]));
  });

  it('is taken at once from a process of this machine that has ended, and not from another machine’s', async () => {
    const ended = { ...ownInstance('ended'), pid: 2 ** 30 };
    const elsewhere = { ...ended, host: 'elsewhere' };
    const [dead, distant] = [store.connect(), openRecords()];
    await keep(dead, ended);
    const goOn = dead.pause();
    expect((await keep(store.connect())).held()).toHaveLength(1);
    goOn();
    await keep(distant.connect(), elsewhere);
    expect((await keep(distant.connect())).held()).toEqual([]);
  });

  it('stays where the answer to a beat was lost', async () => {
    const shaky = store.connect();
    const holder = await keep(shaky);
    shaky.loseAnswers();
    time += 2_000;
    await vi.waitFor(() => expect(store.lease()?.version).toBe(2));
    time += 2_000;
    await vi.waitFor(() => expect(store.lease()?.version).toBe(3));
    expect(holder.held()).toEqual([{ name: 'messages_1', fence: 1 }]);
  });

  it('gets a higher fence where the store refused the one it has', async () => {
    const holder = await keep(store.connect());
    await holder.renew();
    expect(holder.held()).toEqual([{ name: 'messages_1', fence: 2 }]);
  });

  it('may be of several projections, each held by another', async () => {
    const one = await keep(store.connect(), own, ['messages_1', 'jobs_1']);
    const other = await keep(store.connect(), own, ['messages_2', 'jobs_1']);
    expect(one.held().map(({ name }) => name)).toEqual(['messages_1', 'jobs_1']);
    expect(other.held().map(({ name }) => name)).toEqual(['messages_2']);
  });
});
