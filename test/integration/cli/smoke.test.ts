import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { connect, signIn } from '../../../src/client/index.ts';
import { audience, issuer, signed } from '../../support/identityProvider.ts';
import { type OwnDarkroom, openOwnDarkroom } from '../../support/ownDarkroom.ts';

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

const run = async (command: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> => {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, words, { env: { ...process.env, ...env } });
    return { stdout, stderr, code: 0 };
  } catch (cause) {
    return cause as Ran;
  }
};
const smoke = (words: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ran> =>
  run(process.execPath, ['dist/src/cli/darkroom.js', 'smoke', '--json', ...words], env);

const report = z.object({
  passed: z.boolean(),
  checks: z.array(z.object({ check: z.string(), passed: z.boolean().nullable(), found: z.string() })),
});
const outcomesOf = ({ stdout }: Ran) =>
  report.parse(JSON.parse(stdout)).checks.map(({ check, passed, found }) => [check, passed, found] as const);

let darkroom: OwnDarkroom | null = null;
afterEach(async () => {
  await darkroom?.close();
  darkroom = null;
});

it('a server that is well passes every check, in a table, and nothing of it is left', async () => {
  darkroom = await openOwnDarkroom();
  const { stdout, code } = await run('npm', ['run', '--silent', 'smoke', darkroom.url]);
  const [headings, ...rows] = stdout.trim().split('\n');
  expect(headings).toMatch(/^CHECK +RESULT +SECONDS +FOUND$/);
  expect(rows.map((row) => row.split(/ {2,}/)[1])).toEqual(Array(7).fill('passed'));
  expect(code).toBe(0);

  const client = connect({ url: darkroom.url, session: await signIn(darkroom.url, 'Smoke check') });
  const { items } = await client.api.conversations();
  expect(items).toMatchObject([{ title: 'Smoke check', archivedAt: expect.any(String) }]);
  const [conversation] = items;
  if (conversation === undefined) throw new Error('there is no conversation');
  const { items: messages } = await client.api.messages(conversation.conversationId);
  expect(messages.length).toBeGreaterThan(3);
  for (const message of messages) expect(message).toMatchObject({ removed: true, text: '', image: null });
  client.close();
});

it('a server that draws nothing fails the checks of pictures alone, and is cleaned up all the same', async () => {
  darkroom = await openOwnDarkroom(['api', 'projector', 'sweep']);
  const ran = await smoke([darkroom.url, '--patience', '2']);
  expect(ran.code).toBe(3);
  expect(outcomesOf(ran)).toEqual([
    ['it is up, and has an engine', true, 'alive and ready; sketch closed'],
    ['a message is kept whole', true, expect.any(String)],
    ['two pictures at once are both accepted', true, 'two jobs, a ticket each'],
    ['their places move until they are begun', false, 'waited 2 s in vain for both pictures to be begun'],
    [
      'they are drawn, and a reconnect misses nothing',
      false,
      'waited 2 s in vain for both pictures to be drawn',
    ],
    ['a cancelled and a wrong request end in words', true, expect.stringContaining('ancel')],
    ['what was made for this is removed', true, '4 messages removed, conversation archived'],
  ]);
});

it('a server that loses what people write is found out', async () => {
  darkroom = await openOwnDarkroom();
  const { url } = darkroom;
  /** Takes everything on to the server, and metadata out of what it answers. */
  const forgetful = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { authorization = '', 'idempotency-key': key, 'content-type': type } = request.headers;
    const answer = await fetch(`${url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: {
        ...{ authorization, 'content-type': type ?? 'application/json' },
        ...(typeof key === 'string' ? { 'idempotency-key': key } : {}),
      },
      ...(parts.length === 0 ? {} : { body: Buffer.concat(parts) }),
    });
    const text = await answer.text();
    const body = text.startsWith('{')
      ? JSON.stringify(JSON.parse(text, (name, value) => (name === 'metadata' ? {} : value)))
      : text;
    response.writeHead(answer.status, { 'Content-Type': answer.headers.get('Content-Type') ?? '' }).end(body);
  });
  await new Promise<void>((resolve) => forgetful.listen(0, '127.0.0.1', resolve));
  const { port } = forgetful.address() as AddressInfo;
  const ran = await smoke([`http://127.0.0.1:${port}`, '--patience', '1']);
  forgetful.closeAllConnections();
  forgetful.close();
  expect(ran.code).toBe(3);
  expect(outcomesOf(ran)).toContainEqual([
    'a message is kept whole',
    false,
    expect.stringContaining('the message came back as'),
  ]);
});

it('where no server is, one check fails and the others are not tried', async () => {
  const ran = await smoke(['http://127.0.0.1:9', '--patience', '1']);
  expect(ran.code).toBe(3);
  const [first, ...others] = outcomesOf(ran);
  expect(first).toEqual(['it is up, and has an engine', false, 'nothing answers at http://127.0.0.1:9']);
  expect(others.map(([, passed]) => passed)).toEqual([null, null, null, null, null]);
});

it('where people sign in with tokens it asks for one, and signs in with it', async () => {
  const secret = 'a secret of the test that is long enough for HS256';
  darkroom = await openOwnDarkroom(undefined, {
    ...{ AUTH_MODE: 'jwt', AUTH_JWT_SECRET: secret },
    ...{ AUTH_JWT_ISSUER: issuer, AUTH_JWT_AUDIENCE: audience },
  });
  const [first] = outcomesOf(await smoke([darkroom.url]));
  expect(first?.[2]).toMatch(/give one in DARKROOM_TOKEN/);
  const token = await signed({ alg: 'HS256', key: new TextEncoder().encode(secret) });
  const ran = await smoke([darkroom.url], { DARKROOM_TOKEN: token });
  expect(outcomesOf(ran).filter(([, passed]) => passed !== true)).toEqual([]);
  expect(ran.code).toBe(0);
});

it('an address that is none is refused', async () => {
  const { code, stderr } = await run(process.execPath, [
    'dist/src/cli/darkroom.js',
    'smoke',
    'localhost:3000',
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain('http://127.0.0.1:3000');
});
