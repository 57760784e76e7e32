import { afterEach, describe, expect, it } from 'vitest';
import { createLimits } from '../../../src/api/limits/limits.ts';
import { readConfig } from '../../../src/config.ts';
import type { Called } from '../../support/httpCalls.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
afterEach(() => server.close());

/** A server with these limits, for which no time passes but what the test waits. */
const open = async (settings: Readonly<Record<string, string>>) => {
  let time = 0;
  server = await openHttpServer((parts) => ({
    limits: createLimits({ ...parts, config: readConfig(settings), clock: () => time }),
  }));
  return {
    wait: (seconds: number): void => {
      time += seconds * 1_000;
    },
  };
};

const expectLimited = ({ status, body, headers }: Called, whose: string) => {
  expect([status, body.code]).toEqual([429, 'rate_limited']);
  expect(headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
  const seconds = Number(headers.get('Retry-After'));
  expect(seconds).toBeGreaterThan(0);
  expect(body.detail).toMatch(new RegExp(`come from ${whose}. Wait for ${seconds} s, then go on`));
  return seconds;
};

describe('a person who sends too much', () => {
  it('is told to wait, gets through when they have, and costs nobody else anything', async () => {
    const { wait } = await open({ RATE_LIMIT_PER_MINUTE: '5' });
    const [ada, ben] = [await server.signIn(), await server.signIn()];
    for (let n = 0; n < 5; n += 1) expect((await ada.call('GET', '/jobs')).status).toBe(200);
    const seconds = expectLimited(await ada.call('GET', '/jobs'), 'you');
    expect((await ben.call('GET', '/jobs')).status).toBe(200);
    wait(seconds);
    expect((await ada.call('GET', '/jobs')).status).toBe(200);
  });

  it('is refused before anything happens, and lets in under the same key later', async () => {
    const { wait } = await open({ RATE_LIMIT_PER_MINUTE: '1' });
    const ada = await server.signIn();
    await ada.startConversation();
    const head = await server.log.head();
    const again = () =>
      ada.call('POST', '/conversations', { body: { title: 'Pier' }, headers: { 'Idempotency-Key': 'pier' } });
    const seconds = expectLimited(await again(), 'you');
    expect(await server.log.head()).toBe(head);
    wait(seconds);
    expect((await again()).status).toBe(201);
  });

  it('is given the first answer again, for a repetition is answered before limits count', async () => {
    await open({ RATE_LIMIT_PER_MINUTE: '1' });
    const ada = await server.signIn();
    const post = (key: string, title: string) =>
      ada.call('POST', '/conversations', { body: { title }, headers: { 'Idempotency-Key': key } });
    const first = await post('one', 'Harbour');
    const second = await post('one', 'Harbour');
    expect([second.status, second.body]).toEqual([201, first.body]);
    expect((await post('one', 'Pier')).body.code).toBe('idempotency_key_reused');
    expectLimited(await post('two', 'Harbour'), 'you');
  });

  it('of pictures may still write', async () => {
    const { wait } = await open({ PICTURE_LIMIT_PER_MINUTE: '2' });
    const ada = await server.signIn();
    const id = await ada.startConversation();
    const ask = () =>
      ada.call('POST', `/conversations/${id}/messages`, { body: { text: 'a storm', image: {} } });
    expect([(await ask()).status, (await ask()).status]).toEqual([202, 202]);
    const seconds = expectLimited(await ask(), 'you');
    await ada.post(id, { text: 'then I wait' });
    wait(seconds);
    expect((await ask()).status).toBe(202);
  });

  it('of pictures can not have more by trying old ones again', async () => {
    await open({ PICTURE_LIMIT_PER_MINUTE: '1' });
    const ada = await server.signIn();
    const id = await ada.startConversation();
    const { job } = await ada.post(id, { text: 'a storm', image: {} });
    await ada.call('POST', `/jobs/${job?.jobId}/cancel`);
    expectLimited(await ada.call('POST', `/jobs/${job?.jobId}/retry`), 'you');
  });
});

describe('an address from which too much comes', () => {
  it('is told to wait, whoever asks and also who has no token, while others are served', async () => {
    await open({ RATE_LIMIT_PER_ADDRESS: '3', TRUSTED_PROXIES: '127.0.0.1' });
    const ada = await server.signIn();
    const from = (address: string, token?: string) =>
      server.call('GET', '/api/v1/jobs', {
        headers: { 'X-Forwarded-For': address },
        ...(token === undefined ? {} : { token }),
      });
    for (const token of [undefined, 'guess', ada.token]) await from('198.51.100.1', token);
    expectLimited(await from('198.51.100.1', 'another guess'), 'your address');
    expectLimited(await from('198.51.100.1', ada.token), 'your address');
    expect((await from('198.51.100.2', ada.token)).status).toBe(200);
    // Who watches the server is answered all the same.
    const health = await server.call('GET', '/healthz', { headers: { 'X-Forwarded-For': '198.51.100.1' } });
    expect(health.status).toBe(200);
  });

  it('is not escaped by saying that one comes from another, where no proxy is trusted', async () => {
    await open({ RATE_LIMIT_PER_ADDRESS: '3' });
    const answers: Called[] = [];
    for (let n = 0; n < 4; n += 1)
      answers.push(
        await server.call('GET', '/api/v1/sign-in', { headers: { 'X-Forwarded-For': `198.51.100.${n}` } }),
      );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  });

  it('may ask for fewer pictures than it may send requests', async () => {
    await open({ PICTURE_LIMIT_PER_ADDRESS: '1' });
    const [ada, ben] = [await server.signIn(), await server.signIn()];
    const [adas, bens] = [await ada.startConversation(), await ben.startConversation()];
    await ada.post(adas, { text: 'a storm', image: {} });
    const second = await ben.call('POST', `/conversations/${bens}/messages`, {
      body: { text: 'a calm', image: {} },
    });
    expectLimited(second, 'your address');
  });
});
