import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLimits } from '../../../src/api/limits/limits.ts';
import { readConfig } from '../../../src/config.ts';
import type { DocumentStore } from '../../../src/projections/documents/documentStore.ts';
import { openTemporaryDocuments, type TemporaryDocuments } from '../../support/temporaryDocuments.ts';
import { until } from '../../support/until.ts';

const perMinute = 100;
const told = z.object({ level: z.number() });

/** So that the store forgets nothing while the test runs. */
const ahead = new Date(Date.now() + 3_600_000);

let store: TemporaryDocuments;
let lines: string[];
beforeEach(async () => {
  store = await openTemporaryDocuments();
  lines = [];
});
afterEach(() => store.cleanup());

/** Requests of a person at one process of several over these documents. No time passes, but for those of the store. */
const openProcess = (documents: Pick<DocumentStore, 'readRecord' | 'writeRecord'> = store.documents) =>
  createLimits({
    config: readConfig({ RATE_LIMIT_PER_MINUTE: String(perMinute) }),
    documents,
    logger: pino({ level: 'warn' }, { write: (line) => void lines.push(line) }),
    now: () => ahead,
    clock: () => 0,
  }).requests.person;

const levelInStore = async (): Promise<number> =>
  told.safeParse((await store.documents.readRecord('rate_limit', 'requests of person ada'))?.value).data
    ?.level ?? 0;

describe('processes over the same documents', () => {
  it('let a person send in all hardly more than one would', async () => {
    const processes = [openProcess(), openProcess(), openProcess()];
    let sent = 0;
    for (let round = 0; round < perMinute; round += 1) {
      for (const process of processes) if (process.spend('ada') === null) sent += 1;
      // All that a process tells others, it has told before the next goes on.
      if (round % 10 === 9)
        await until(async () =>
          expect(await levelInStore()).toBeGreaterThanOrEqual(Math.min(perMinute, sent)),
        );
    }
    expect(sent).toBeGreaterThanOrEqual(perMinute);
    expect(sent).toBeLessThanOrEqual(perMinute * (1 + 3 * 0.1));
  });

  it('count a person who sends little without asking the store', async () => {
    const never = async (): Promise<never> => {
      throw new Error('asked');
    };
    const process = openProcess({ readRecord: never, writeRecord: never });
    for (let n = 0; n < perMinute / 10 - 1; n += 1) expect(process.spend('ada')).toBeNull();
    expect(lines).toEqual([]);
  });

  it('count each by itself while the store is away, and say so', async () => {
    const away = async (): Promise<never> => {
      throw new Error('the store is away');
    };
    const process = openProcess({ readRecord: away, writeRecord: away });
    for (let n = 0; n < perMinute; n += 1) expect(process.spend('ada')).toBeNull();
    expect(process.spend('ada')).toBe(1);
    await until(() => expect(lines.join('')).toContain('the store is away'));
  });
});
