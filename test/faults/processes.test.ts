import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { httpCaller } from '../support/httpCalls.ts';
import { ServerEnded, type ServerProcess, startServer } from '../support/serverProcess.ts';
import { embeddedStores, productionStores, type TestStores } from '../support/stores.ts';
import { until } from '../support/until.ts';

describe.each([embeddedStores, productionStores])('processes that share the work over $name', (choice) => {
  let stores: TestStores;
  let folder: string;
  let running: ServerProcess[];
  let settings: Readonly<Record<string, string>>;

  beforeAll(async () => {
    if (choice.missing === null) stores = await choice.start();
  });
  afterAll(() => stores?.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'darkroom-processes-'));
    const hurried = { LEASE_MS: '2000', SWEEP_CRON: '* * * * * *', SKETCH_STEP_MS: '10' };
    settings = { DATA_DIR: folder, ...hurried, ...stores?.fresh() };
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((server) => server.kill()));
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (only: string, more: Readonly<Record<string, string>> = {}): Promise<ServerProcess> => {
    const server = await startServer({ ...settings, ...more }, ['--only', only]);
    running.push(server);
    return server;
  };

  it.skipIf(choice.missing !== null)(
    'draw every picture, though a projector, a queueing process and a worker are killed in the middle',
    async () => {
      const api = await start('api');
      const first = { projector: await start('projector'), sweep: await start('sweep') };
      const worker = await start('worker', { WORKERS: '1', SKETCH_STEP_MS: '5000' });
      const ada = await httpCaller(api.url).signIn();
      const conversation = await ada.startConversation();
      const ask = async (text: string) =>
        (await ada.post(conversation, { text, image: { width: 64, height: 64, steps: 8 } })).job?.jobId ?? '';
      const stateOf = async (jobId: string): Promise<unknown> => {
        const { status, body } = await ada.call('GET', `/jobs/${jobId}`);
        return status === 200 ? body.job : body;
      };

      const jobs = [await ask('a lighthouse')];
      await until(async () => expect(await stateOf(jobs[0] ?? '')).toMatchObject({ status: 'running' }));
      // Those that take over are there already, as in production.
      await start('projector,sweep');
      await start('worker');
      await Promise.all([worker.kill(), first.projector.kill(), first.sweep.kill()]);
      jobs.push(await ask('a forest'), await ask('a harbour at night'));
      for (const jobId of jobs)
        await until(async () =>
          expect(await stateOf(jobId)).toMatchObject({ status: 'completed', images: [{ width: 64 }] }),
        );
      expect(await stateOf(jobs[0] ?? '')).toMatchObject({ attempt: 2 });
      expect(await stateOf(jobs[1] ?? '')).toMatchObject({ attempt: 1 });
    },
  );

  it.skipIf(choice.missing !== null)(
    'say how they are, and that they have no API, where they have none',
    async () => {
      const projector = await start('projector');
      const answer = await fetch(`${projector.url}/readyz`);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ status: 'ready' });
      const refused = await fetch(`${projector.url}/api/v1/conversations`);
      expect(refused.status).toBe(404);
      expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('no API') });
    },
  );
});

describe('serving a part', () => {
  it('names a part that there is not', async () => {
    const refused = startServer({}, ['--only', 'api,painter']);
    await expect(refused).rejects.toThrow(ServerEnded);
    await expect(refused).rejects.toThrow(/--only takes api, projector, worker, sweep.*not "painter"/);
  });
});
