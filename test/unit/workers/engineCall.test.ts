import { expect, it } from 'vitest';
import { createEngineCalls, EngineRests } from '../../../src/workers/engineCall.ts';

it('calls go through until the log says that the engine rests, however many fail', async () => {
  const calls = createEngineCalls<string>('sketch');
  let asked = 0;
  const fail = async (): Promise<string> => {
    asked += 1;
    throw new Error('no answer');
  };
  for (let n = 0; n < 50; n += 1) await expect(calls.run(fail)).rejects.toThrow('no answer');
  expect(asked).toBe(50);
  calls.follow({ status: 'open', failures: 5, retryAt: '2026-01-01T00:00:00.000Z' });
  await expect(calls.run(fail)).rejects.toThrow(EngineRests);
  expect(asked).toBe(50);
  calls.follow({ status: 'closed', failures: 0 });
  expect(await calls.run(async () => 'a picture')).toBe('a picture');
  calls.close();
});
