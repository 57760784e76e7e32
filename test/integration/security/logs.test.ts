import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openDeliveryClient } from '../../support/deliveryClient.ts';
import { openOpenaiServer } from '../../support/engines/openaiServer.ts';
import { httpCaller } from '../../support/httpCalls.ts';
import { type ServerProcess, startServer } from '../../support/serverProcess.ts';

/** Words that occur nowhere but in what people and operators keep to themselves. */
const secret = {
  prompt: 'Zwielichtleuchtturm beside "quokkas" and a vermillion sea',
  negative: 'kaleidoscopic umbrellas',
  text: 'rhubarbsecret',
  title: 'marzipantitle',
  cookie: 'biscuitcookie',
  query: 'gooseberryquery',
  key: 'engine-pomegranate-4711',
  foreignToken: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0YW5nZXJpbmUifQ.persimmonsignature',
};
const words = Object.values(secret)
  .flatMap((each) => [each, ...(each.match(/[A-Za-z]{6,}/g) ?? [])])
  .filter((word) => !['beside', 'engine'].includes(word));

let folder: string;
let engine: Awaited<ReturnType<typeof openOpenaiServer>>;
let server: ServerProcess;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-logs-'));
  engine = await openOpenaiServer();
  const { href } = engine.url;
  const engineSettings = {
    ENGINES: 'openai',
    OPENAI_URL: href,
    OPENAI_API_KEY: secret.key,
    JOB_ATTEMPTS: '1',
  };
  server = await startServer({ DATA_DIR: folder, LOG_LEVEL: 'debug', ...engineSettings });
});
afterEach(async () => {
  await server.kill();
  await engine.close();
  await rm(folder, { recursive: true });
});

const failures = (): number => server.output().split('an attempt failed').length - 1;

it('writes no prompt, text, token, key or cookie into its log, whatever goes wrong', {
  timeout: 120_000,
}, async () => {
  const { call, signIn } = httpCaller(server.url);
  const ada = await signIn();
  const conversation = await ada.startConversation({ title: secret.title });
  const path = `/conversations/${conversation}/messages`;
  const headers = { Cookie: `session=${secret.cookie}` };

  // What is refused.
  const raw = `{"text": ${secret.text}, "image": {"prompt": "${secret.text}"}}`;
  expect((await ada.call('POST', path, { raw, headers })).status).toBe(400);
  expect((await ada.call('POST', path, { body: { text: [secret.text] } })).status).toBe(400);
  expect((await ada.call('GET', `/messages?text=${secret.query}`)).status).toBeGreaterThanOrEqual(400);
  expect((await call('GET', '/api/v1/jobs', { token: secret.foreignToken, headers })).status).toBe(401);
  const stranger = openDeliveryClient(server.url, secret.foreignToken, { extraHeaders: headers });
  await stranger.until(() => stranger.other('connect_error'));
  stranger.close();

  // Sockets: what is no request, and what is none of ours.
  const socket = io(server.url, { transports: ['websocket'], auth: { token: ada.token }, forceNew: true });
  for (const event of ['subscribe', 'places_shown', 'refresh'])
    await socket.emitWithAck(event, { scope: secret.text, token: secret.foreignToken });
  socket.emit(secret.text, secret.prompt);
  socket.close();

  // Engines that repeat what they were asked, whole, in parts and cut off, and the key that they were called with.
  const image = { prompt: secret.prompt, negativePrompt: secret.negative, width: 64, height: 64, steps: 2 };
  const part = secret.prompt.slice(8, 40);
  const answers = [
    { status: 400, body: { error: { message: `can't draw ${secret.prompt} (${secret.key})` } } },
    { status: 422, body: `${'x'.repeat(1_990)} ${part}` },
    { status: 200, body: `no JSON: ${JSON.stringify({ prompt: secret.prompt, not: secret.negative })}` },
    { status: 401, body: { error: { message: `wrong key ${secret.key} for ${part}` } } },
  ];
  for (const [index, reply] of answers.entries()) {
    engine.behaviour.reply = reply;
    await ada.post(conversation, { text: secret.text, image });
    await vi.waitFor(() => expect(failures()).toBe(index + 1), { timeout: 60_000, interval: 50 });
  }

  expect(await server.stop()).toBe(0);
  const lines = server.output().split('\n');
  expect(lines.filter((line) => line.includes('"request"')).length).toBeGreaterThan(8);
  const told = lines.filter((line) => [...words, ada.token].some((word) => line.includes(word)));
  expect(told).toEqual([]);
  // The reason stays, with the ids to look further.
  const attempts = lines.filter((line) => line.includes('an attempt failed'));
  for (const line of attempts)
    expect(JSON.parse(line)).toMatchObject({
      ...{ jobId: expect.any(String), correlationId: expect.any(String), reference: expect.any(String) },
      err: { message: expect.stringMatching(/answered 4\d\d|not its protocol/) },
    });
});
