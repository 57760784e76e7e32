import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { httpCaller } from '../support/httpCalls.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';

/** `npm run soak:sockets` opens 10,000, which takes a minute and as many file descriptors here and there. */
const count = Number(process.env.SOCKETS ?? 1_000);
const atOnce = 50;

let server: ServerProcess;
const folder = mkdtempSync(join(tmpdir(), 'darkroom-sockets-'));
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Signs in on a socket of its own. Spoken by hand: so many whole clients would measure themselves. */
const open = (token: string): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    socket.on('error', reject).on('message', (data) => {
      const text = String(data);
      if (text.startsWith('0')) socket.send(`40${JSON.stringify({ token })}`);
      else if (text === '2') socket.send('3');
      else if (text.startsWith('44')) reject(new Error(text));
      else if (text.includes('"welcome"')) resolve(socket);
    });
  });

it('many open sockets are all welcomed, and others are served meanwhile and afterwards', {
  timeout: 300_000,
}, async () => {
  const limits = { MAX_CONNECTIONS_PER_USER: '10000', MAX_CONNECTIONS_PER_ADDRESS: '0' };
  server = await startServer({ DATA_DIR: folder, WORKERS: '0', ...limits });
  const ada = await httpCaller(server.url).signIn();
  const sockets: WebSocket[] = [];
  let left = count;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (; left > 0; sockets.push(await open(ada.token))) left -= 1;
    }),
  );
  const conversation = await ada.startConversation();
  await ada.post(conversation, { text: 'still here' });
  expect(sockets.filter(({ readyState }) => readyState === WebSocket.OPEN)).toHaveLength(count);
  for (const socket of sockets) socket.terminate();
  await ada.post(conversation, { text: 'and now' });
  expect(server.process.exitCode).toBeNull();
});
