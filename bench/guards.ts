import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpCaller } from '../test/support/httpCalls.ts';
import { type Process, startProcess } from './deliveryProcess.ts';
import type { GuardsServer } from './guardsServer.ts';
import { type BenchTable, median } from './table.ts';

const repetitions = 7;
const requests = 3_000;
const inFlight = 32;

const body = JSON.stringify({
  text: 'Could somebody draw the lighthouse that we saw on the cliff, in a storm?',
});

interface Side {
  readonly server: Process<GuardsServer>;
  /** Posts a message. */
  readonly post: () => Promise<void>;
}

const openSide = async (name: 'on' | 'off', folder: string): Promise<Side> => {
  const server = startProcess<GuardsServer>('./guardsServer.ts', name, folder);
  const port = await server.call('port');
  const ada = await httpCaller(`http://127.0.0.1:${port}`).signIn(['user'], 'Ada');
  const path = `/api/v1/conversations/${await ada.startConversation()}/messages`;
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  const headers = { Authorization: `Bearer ${ada.token}`, 'Content-Type': 'application/json' };
  const post = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const sent = request({ agent, port, host: '127.0.0.1', path, method: 'POST', headers }, (response) => {
        if (response.statusCode === 202) response.resume().on('end', resolve);
        else reject(new Error(`answered ${response.statusCode}`));
      });
      sent.on('error', reject).end(body);
    });
  return { server, post };
};

const measure = async ({ server, post }: Side, count: number) => {
  const usedBefore = await server.call('processorTime');
  const begin = performance.now();
  let left = count;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left > 0) {
        left -= 1;
        await post();
      }
    }),
  );
  const seconds = (performance.now() - begin) / 1_000;
  const used = (await server.call('processorTime')) - usedBefore;
  return { perSecond: count / seconds, microseconds: (used * 1_000) / count };
};
type Measured = Awaited<ReturnType<typeof measure>>;

const spread = (numbers: readonly number[]): string =>
  `${Math.round(Math.min(...numbers))} to ${Math.round(Math.max(...numbers))}`;

/** What signing in, limits, headers, logs and metrics cost a command: the same server with and without them. */
export const benchGuards = async (): Promise<BenchTable> => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  const sides = {
    on: await openSide('on', join(folder, 'on')),
    off: await openSide('off', join(folder, 'off')),
  };
  const found: Record<keyof typeof sides, Measured[]> = { on: [], off: [] };
  for (const side of ['on', 'off'] as const) await measure(sides[side], requests);
  for (let repetition = 0; repetition < repetitions; repetition += 1)
    for (const side of repetition % 2 === 0 ? (['on', 'off'] as const) : (['off', 'on'] as const))
      found[side].push(await measure(sides[side], requests));
  for (const { server } of Object.values(sides)) await server.end();
  rmSync(folder, { recursive: true });

  const row = (what: string, field: keyof Measured, share: (on: number, off: number) => number) => {
    const [on, off] = [found.on, found.off].map((each) => each.map((one) => one[field]));
    const [middleOn, middleOff] = [median(on ?? []), median(off ?? [])];
    return {
      what,
      on: Math.round(middleOn),
      'on: spread': spread(on ?? []),
      off: Math.round(middleOff),
      'off: spread': spread(off ?? []),
      'cost %': (share(middleOn, middleOff) * 100).toFixed(1),
      'at most %': 10,
    };
  };
  return {
    name: `guards: POST message, ${inFlight} in flight, durable and encrypted on both sides; median of ${repetitions}`,
    rows: [
      row('requests/s', 'perSecond', (on, off) => 1 - on / off),
      row('µs of processor a request', 'microseconds', (on, off) => on / off - 1),
    ],
  };
};
