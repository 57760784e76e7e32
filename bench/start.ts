import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../test/support/serverProcess.ts';
import { type BenchTable, median } from './table.ts';

const repetitions = 5;

/** Waits for the job to end by asking; the picture's bytes count as there only once they were fetched. */
const firstPicture = async (url: string): Promise<void> => {
  const call = async (path: string, token: string | null, body?: unknown): Promise<Response> => {
    const response = await fetch(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const { token } = await (await call('/api/v1/sessions', null, { name: 'Bench' })).json();
  const { conversation } = await (await call('/api/v1/conversations', token, { title: 'Bench' })).json();
  const posted = await call(`/api/v1/conversations/${conversation.conversationId}/messages`, token, {
    text: 'misty mountains over a lake at sunset',
    image: {},
  });
  const { job } = await posted.json();
  for (;;) {
    const { job: now } = await (await call(`/api/v1/jobs/${job.jobId}`, token)).json();
    if (now.status === 'failed') throw new Error(`the picture failed: ${now.error.code}`);
    if (now.status === 'completed') {
      await (await call(now.images[0].url, token)).arrayBuffer();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** From `npm start` to a ready server, and to the first picture with default settings, in a fresh folder. */
export const benchStart = async (): Promise<BenchTable> => {
  const ready: number[] = [];
  const picture: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
    const begin = performance.now();
    const server = await startServer({ DATA_DIR: folder });
    ready.push(performance.now() - begin);
    await firstPicture(server.url);
    picture.push(performance.now() - begin);
    await server.stop();
    rmSync(folder, { recursive: true });
  }
  const row = (what: string, times: readonly number[], limit: number) => ({
    what,
    'median s': (median(times) / 1000).toFixed(2),
    'least to most s': `${(Math.min(...times) / 1000).toFixed(2)} to ${(Math.max(...times) / 1000).toFixed(2)}`,
    'limit s': limit,
  });
  return {
    name: 'start: from npm start to the first picture',
    rows: [row('server ready', ready, 3), row('first picture fetched (768 x 768, 24 steps)', picture, 15)],
  };
};
