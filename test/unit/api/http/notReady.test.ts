import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { notReady } from '../../../../src/api/http/httpServer.ts';

const server = createServer(notReady(() => 'the reference'));
afterEach(() => new Promise((resolve) => server.close(resolve)));

it('a process that starts or stops asks to come again, by a new connection that may lead elsewhere', async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/queue`);
  expect(answer.status).toBe(503);
  expect(answer.headers.get('Retry-After')).toBe('1');
  expect(answer.headers.get('Connection')).toBe('close');
  expect(await answer.json()).toMatchObject({ code: 'unavailable', reference: 'the reference' });
});
