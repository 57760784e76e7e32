import asyncApiSchema from '@asyncapi/specs/schemas/3.0.0.json' with { type: 'json' };
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { asyncApi } from '../../../src/api/description/asyncApi.ts';
import { calls } from '../../../src/api/description/calls.ts';
import { openApi } from '../../../src/api/description/openApi.ts';
import { operationsOf } from '../../../src/api/http/createHttpApi.ts';
import { imageId, jobId, messageId } from '../../../src/events/ids.ts';
import { type CallOptions, httpCaller, type Person } from '../../support/httpCalls.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await openHttpServer();
});
afterAll(() => server.close());

const parameter = z.object({ name: z.string(), in: z.enum(['path', 'query', 'header']) });
const body = z.object({ content: z.record(z.string(), z.object({ schema: z.looseObject({}) })) });
const operation = z.object({
  security: z.array(z.unknown()),
  parameters: z.array(parameter).default([]),
  requestBody: body.optional(),
});
type Described = z.infer<typeof operation>;
const document = z.object({ paths: z.record(z.string(), z.record(z.string(), operation)) });

const withoutBasePath = /^\/(healthz|readyz|metrics)$/;
const addressOf = (pattern: string): string =>
  withoutBasePath.test(pattern) ? pattern : `/api/v1${pattern.replaceAll(/:(\w+)/g, '{$1}')}`;

const describedCall = (way: string): Described => {
  const [method = '', pattern = ''] = way.split(' ');
  const { paths } = document.parse(openApi(operationsOf(server)));
  const found = paths[addressOf(pattern)]?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`the document has no ${way}`);
  return found;
};

/** A conversation with a picture that is drawn and one that waits, and people who may do more and less. */
const openScene = async () => {
  const [starter, stranger] = [await server.signIn(), await server.signIn()];
  const [operator, auditor] = [await server.signIn(['operator']), await server.signIn(['auditor'])];
  const conversation = await starter.startConversation({ participants: [operator.id] });
  const ask = async () => {
    const asked = await starter.post(conversation, { text: 'A harbour', image: { width: 64, height: 64 } });
    const id = messageId.parse(asked.message.messageId);
    await server.desk.queue(id);
    return { message: id, job: jobId.parse(asked.job?.jobId) };
  };
  const drawn = await ask();
  const claim = await server.desk.claim(drawn.job, 'sketch');
  if (claim === null) throw new Error('the job was not claimed');
  const bytes = new TextEncoder().encode(`picture of ${drawn.job}`);
  const stored = await server.images.put(bytes, 'image/png');
  const picture = imageId.parse(stored.imageId);
  const size = { width: 64, height: 64, contentType: 'image/png' as const, bytes: bytes.length, seed: 7 };
  await server.desk.complete(claim, {
    ...{ images: [{ imageId: picture, ...size }], engine: 'sketch', model: 'sketch-1' },
  });
  const failed = await ask();
  const failing = await server.desk.claim(failed.job, 'sketch');
  if (failing === null) throw new Error('the job was not claimed');
  await server.desk.fail(failing, { code: 'content_rejected', retryable: false, reference: 'the reference' });
  const waiting = await ask();
  await server.settled();
  return { starter, stranger, operator, auditor, conversation, drawn, failed, waiting, picture };
};
type Scene = Awaited<ReturnType<typeof openScene>>;

/** What each way in is asked with, so that it answers with what was asked for. */
interface Good {
  readonly who?: 'starter' | 'operator' | 'auditor';
  readonly path: (scene: Scene) => string;
  readonly body?: object | ((scene: Scene) => object);
}

const inConversation = (rest = '') => ({
  path: ({ conversation }: Scene) => `/conversations/${conversation}${rest}`,
});
const inMessage = (rest = '') => ({ path: ({ waiting }: Scene) => `/messages/${waiting.message}${rest}` });
const inJob = (which: 'drawn' | 'failed' | 'waiting', rest = '') => ({
  path: (scene: Scene) => `/jobs/${scene[which].job}${rest}`,
});
const at = (path: string) => ({ path: () => path });

const goodRequests: Readonly<Record<keyof typeof calls, Good>> = {
  'GET /healthz': at('/healthz'),
  'GET /readyz': at('/readyz'),
  'GET /metrics': at('/metrics'),
  'GET /openapi.json': at('/openapi.json'),
  'GET /asyncapi.json': at('/asyncapi.json'),
  'GET /docs': at('/docs'),
  'POST /sessions': { ...at('/sessions'), body: { name: 'Ada', roles: ['user'] } },
  'GET /sign-in': at('/sign-in'),
  'GET /me': at('/me'),
  'POST /conversations': { ...at('/conversations'), body: { title: 'Harbour', participants: ['ben'] } },
  'GET /conversations': at('/conversations?limit=1'),
  'GET /conversations/:id': inConversation(),
  'PATCH /conversations/:id': { ...inConversation(), body: { title: 'Pier' } },
  'POST /conversations/:id/participants': {
    ...inConversation('/participants'),
    body: ({ stranger }) => ({ userId: stranger.id }),
  },
  'DELETE /conversations/:id/participants/:userId': {
    path: ({ conversation, operator }) => `/conversations/${conversation}/participants/${operator.id}`,
  },
  'POST /conversations/:id/archive': inConversation('/archive'),
  'POST /conversations/:id/messages': {
    ...inConversation('/messages'),
    body: { text: 'A pier', metadata: { mood: 'calm' }, image: { prompt: 'a pier', steps: 3 } },
  },
  'GET /conversations/:id/messages': inConversation('/messages?limit=2'),
  'GET /messages/:id': inMessage(),
  'PATCH /messages/:id': { ...inMessage(), body: { text: 'A pier' } },
  'PATCH /messages/:id/metadata': { ...inMessage('/metadata'), body: { mood: { wind: 'none' } } },
  'DELETE /messages/:id': inMessage(),
  'GET /jobs': at('/jobs?status=completed'),
  'POST /jobs/cancel': { ...at('/jobs/cancel'), body: ({ waiting }) => ({ jobIds: [waiting.job] }) },
  'GET /jobs/:id': inJob('drawn'),
  'PATCH /jobs/:id': { who: 'operator', ...inJob('waiting'), body: { priority: 3 } },
  'POST /jobs/:id/cancel': inJob('waiting', '/cancel'),
  'POST /jobs/:id/retry': inJob('failed', '/retry'),
  'GET /jobs/:id/wait': inJob('drawn', '/wait'),
  'GET /queue': at('/queue'),
  'POST /queue/pause': { who: 'operator', ...at('/queue/pause') },
  'POST /queue/resume': { who: 'operator', ...at('/queue/resume') },
  'GET /engines': at('/engines'),
  'GET /images/:imageId': { path: ({ picture }) => `/images/${picture}` },
  'GET /audit': { who: 'auditor', ...at('/audit?limit=100') },
};

/** Wrong for almost any field. */
const oddValues: readonly unknown[] = [null, true, -1, 1.5, '', 'x', '\u0000', 'x'.repeat(20_000), [], {}];
const nobody = '00000000-0000-7000-8000-000000000000';

type Request = readonly [path: string, options: CallOptions];

const withQuery = (path: string, query: string): string => `${path}${path.includes('?') ? '&' : '?'}${query}`;

/** Requests like this one with something wrong in them: its sign-in, its address, its headers or its body. */
const wrongOnes = (
  described: Described,
  path: string,
  good: CallOptions,
  others: readonly Person[],
): Request[] => {
  const wrong: Request[] = [
    [path, { ...good, token: 'none' }],
    [path.replaceAll(/[0-9a-f-]{36}|[0-9a-f]{64}/g, nobody), good],
    [path.replaceAll(/[0-9a-f-]{36}|[0-9a-f]{64}/g, 'x'), good],
    [withQuery(path, 'unknown=1'), good],
    ...others.map(({ token }): Request => [path, { ...good, token }]),
  ];
  for (const { name, in: where } of described.parameters) {
    if (where === 'query')
      for (const value of ['', 'x', '-1', '1000000', '2026-11-24T20:00:00Z', nobody, '0'.repeat(20), 'true'])
        wrong.push([withQuery(path, `${name}=${value}`), good]);
    if (where === 'query') wrong.push([withQuery(path, `${name}=1&${name}=2`), good]);
    if (where === 'header') wrong.push([path, { ...good, headers: { [name]: 'x'.repeat(256) } }]);
  }
  const [schema] = Object.values(described.requestBody?.content ?? {});
  if (schema === undefined) return wrong;
  const { body: _, ...bare } = good;
  const json = { 'Content-Type': 'application/json' };
  wrong.push(
    [path, { ...bare, raw: '{', headers: json }],
    [path, { ...bare, raw: '{}', headers: { 'Content-Type': 'text/plain' } }],
    [path, { ...bare, raw: `"${'x'.repeat(1_100_000)}"`, headers: json }],
    ...[null, [], 'x', 1, { unknown: 1 }].map((body): Request => [path, { ...bare, body }]),
  );
  const fields = z.object({ properties: z.record(z.string(), z.unknown()).default({}) }).parse(schema.schema);
  for (const field of Object.keys(fields.properties))
    for (const value of oddValues)
      wrong.push([path, { ...bare, body: { ...Object(good.body), [field]: value } }]);
  return wrong;
};

const asked = (way: keyof typeof calls, scene: Scene) => {
  const { who = 'starter', path, body } = goodRequests[way];
  const [method = '', pattern = ''] = way.split(' ');
  const prefix = withoutBasePath.test(pattern) ? '' : '/api/v1';
  const good: CallOptions = {
    token: scene[who].token,
    ...(method === 'GET' ? {} : { body: typeof body === 'function' ? body(scene) : (body ?? {}) }),
  };
  return { method, path: `${prefix}${path(scene)}`, good };
};

describe('the document', () => {
  it('is OpenAPI 3.1', async () => {
    const answer = await server.call('GET', '/openapi.json');
    const validator = new Validator();
    expect(await validator.validate(Object(answer.body))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    expect((await server.call('GET', '/api/v1/openapi.json')).text).toBe(answer.text);
  });

  it('of the socket is AsyncAPI 3.0', async () => {
    const answer = await server.call('GET', '/asyncapi.json');
    const ajv = new Ajv({ strict: false, meta: false, validateSchema: false, validateFormats: false });
    const validate = ajv.compile(asyncApiSchema);
    expect(validate(answer.body) ? [] : validate.errors).toEqual([]);
    expect(answer.body).toEqual(asyncApi());
  });
});

// Every answer is held to the document by the caller: test/support/described.ts.
describe.each(Object.keys(calls) as (keyof typeof calls)[])('%s', (way) => {
  it('answers a good request as the document says', async () => {
    const scene = await openScene();
    const { method, path, good } = asked(way, scene);
    const { status } = await server.call(method, path, good);
    expect(Object.keys(calls[way].answers)).toContain(String(status));
    expect(status).toBeLessThan(300);
  });

  it('answers bad requests as the document says, and never with a failure of its own', async () => {
    const scene = await openScene();
    const { method, path, good } = asked(way, scene);
    const { starter, stranger, operator, auditor } = scene;
    const others = [starter, stranger, operator, auditor];
    const wrong = wrongOnes(describedCall(way), path, good, others);
    const failures: string[] = [];
    for (const [at, options] of wrong) {
      const { status, text } = await server.call(method, at, options);
      if (status >= 500) failures.push(`${status} ${at} ${text}`);
    }
    expect(failures).toEqual([]);
    const { token: _, ...withoutToken } = good;
    const { status } = await server.call(method, path, withoutToken);
    if (describedCall(way).security.length > 0) expect(status).toBe(401);
  });
});

describe('an answer that the document does not describe', () => {
  it('is found out: another status, type or field', async () => {
    const { signIn } = httpCaller(server.url);
    const { token } = await signIn();
    const { paths } = document.parse(openApi(operationsOf(server)));
    expect(Object.keys(paths)).toContain('/api/v1/me');
    const { describedIn } = await import('../../support/described.ts');
    const check = describedIn(openApi(operationsOf(server)));
    const answer = { method: 'GET', path: '/api/v1/me', status: 200 };
    const headers = new Headers({ 'Content-Type': 'application/json; charset=utf-8' });
    const { text } = await server.call('GET', '/api/v1/me', { token });
    const whole = JSON.parse(text);
    expect(() => check({ ...answer, headers, text })).not.toThrow();
    expect(() => check({ ...answer, headers, text, status: 418 })).toThrow('the status 418');
    const html = new Headers({ 'Content-Type': 'text/html' });
    expect(() => check({ ...answer, headers: html, text })).toThrow('the media type "text/html"');
    for (const other of [{ ...whole, more: 1 }, { user: { ...whole.user, name: 7 } }, {}])
      expect(() => check({ ...answer, headers, text: JSON.stringify(other) })).toThrow('schema');
  });
});
