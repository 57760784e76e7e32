import { expect, it } from 'vitest';
import type { OperationalRecord } from '../../../src/projections/documents/documentStore.ts';
import { keepEngineHealth, readEngineHealth } from '../../../src/projections/engineHealth.ts';

const timeAt = (minute: number, second = 0) => new Date(Date.UTC(2026, 0, 1, 12, minute, second));

const openRecords = () => {
  const kept = new Map<string, OperationalRecord>();
  return {
    readRecord: async (kind: string, id: string) => kept.get(`${kind}/${id}`) ?? null,
    async writeRecord(kind: string, id: string, expected: number | null, value: OperationalRecord['value']) {
      const version = kept.get(`${kind}/${id}`)?.version ?? null;
      if (version !== expected) return 'conflict' as const;
      kept.set(`${kind}/${id}`, { value, version: (version ?? 0) + 1 });
      return 'written' as const;
    },
  };
};

const well = { isWell: true, isReachable: true, reason: null };
const away = { isWell: false, isReachable: false, reason: 'nobody listens' };

it('how an engine is says since when, however often it is asked meanwhile', async () => {
  const records = openRecords();
  const ask = (found: typeof well | typeof away, at: Date) =>
    keepEngineHealth(records, 'sketch', { ...found, checkedAt: at.toISOString() });
  const shown = (at: Date) => readEngineHealth(records, 'sketch', at);
  expect(await shown(timeAt(0))).toBeNull();
  await ask(well, timeAt(0));
  await ask(well, timeAt(0, 30));
  expect(await shown(timeAt(1))).toMatchObject({ ...well, since: timeAt(0).toISOString() });
  await ask(away, timeAt(1));
  await ask({ ...away, reason: 'no route' }, timeAt(1, 30));
  expect(await shown(timeAt(2))).toEqual({
    ...{ ...away, reason: 'no route' },
    ...{ checkedAt: timeAt(1, 30).toISOString(), since: timeAt(1).toISOString() },
  });
});

it('an engine that nobody has asked for five minutes is one of which nothing is known', async () => {
  const records = openRecords();
  await keepEngineHealth(records, 'sketch', { ...well, checkedAt: timeAt(0).toISOString() });
  expect(await readEngineHealth(records, 'sketch', timeAt(5))).not.toBeNull();
  expect(await readEngineHealth(records, 'sketch', timeAt(6))).toBeNull();
  await keepEngineHealth(records, 'sketch', { ...well, checkedAt: timeAt(10).toISOString() });
  expect(await readEngineHealth(records, 'sketch', timeAt(10))).toMatchObject({
    since: timeAt(10).toISOString(),
  });
});
