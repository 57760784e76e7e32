import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JobId, positionOf } from '../../../src/events/ids.ts';
import { DocumentStoreUnavailable } from '../../../src/projections/documents/documentStore.ts';
import { keepEngineHealth } from '../../../src/projections/engineHealth.ts';
import { ReadModelBehind } from '../../../src/projections/waiters.ts';
import { createCircuits } from '../../../src/workers/circuits.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
/** Set by a test: what the read model does. */
const readModelIs: { failing: Error | null; behind: boolean } = { failing: null, behind: false };
beforeAll(async () => {
  server = await openHttpServer(({ readModel, webFolder }) => ({
    webFolder,
    readModel: {
      ...readModel,
      async conversations(of, page) {
        if (readModelIs.failing !== null) throw readModelIs.failing;
        return readModel.conversations(of, page);
      },
      async whenProcessed(position, timeoutMs) {
        if (readModelIs.behind) throw new ReadModelBehind(position, positionOf(0));
        await readModel.whenProcessed(position, Math.min(timeoutMs, 200));
      },
    },
  }));
  await mkdir(join(server.folder, 'web', 'assets'), { recursive: true });
  await writeFile(join(server.folder, 'web', 'index.html'), '<!doctype html><title>Darkroom</title>');
  await writeFile(join(server.folder, 'web', 'assets', 'index-abc123.js'), 'export {};');
});
afterAll(() => server.close());

describe('Darkroom-Min-Position', () => {
  const at = async (position: string) => {
    const ada = await server.signIn();
    return ada.call('GET', '/conversations', { headers: { 'Darkroom-Min-Position': position } });
  };

  it('is answered once the read model is there', async () => {
    const ada = await server.signIn();
    await ada.startConversation();
    expect((await at(await server.log.head())).status).toBe(200);
  });

  it('of the future is 503 with Retry-After, after waiting', async () => {
    const answer = await at('9'.repeat(20));
    expect([answer.status, answer.body]).toMatchObject([503, { code: 'read_model_behind' }]);
    expect(answer.headers.get('Retry-After')).toMatch(/^\d+$/);
  });

  it.each(['1', 'x'.repeat(20), '9'.repeat(21), ''])('%j is 400', async (position) => {
    const answer = await at(position);
    expect([answer.status, answer.body]).toMatchObject([
      400,
      { errors: [{ path: 'Darkroom-Min-Position' }] },
    ]);
  });

  it('that a command can not wait for is told with where the command stands, and it has happened', async () => {
    const ada = await server.signIn();
    const call = () =>
      ada.call('POST', '/conversations', {
        body: { title: 'Harbour' },
        headers: { 'Idempotency-Key': 'key' },
      });
    readModelIs.behind = true;
    const answer = await call().finally(() => {
      readModelIs.behind = false;
    });
    expect([answer.status, answer.body]).toMatchObject([503, { code: 'read_model_behind' }]);
    expect(answer.body.detail).toMatch(/It is done, at position \d{20}/);
    const again = await call();
    expect([again.status, again.body]).toMatchObject([201, { conversation: { title: 'Harbour' } }]);
    expect((await ada.call('GET', '/conversations')).body.items).toHaveLength(1);
  });
});

describe('problems', () => {
  it('are problem+json with every field', async () => {
    const answer = await server.call('GET', '/api/v1/nowhere');
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.body).toEqual({
      ...{ type: 'docs/errors.md#not_found', title: expect.any(String), status: 404, code: 'not_found' },
      ...{ detail: expect.stringMatching(/\.$/), reference: answer.headers.get('Darkroom-Reference') },
    });
  });

  it('of unknown addresses are 404, of wrong methods 405 with what is allowed', async () => {
    for (const path of ['/api', '/api/v2/jobs', '/nowhere', '/api/v1/jobs/a/b'])
      expect((await server.call('GET', path)).status).toBe(404);
    const methods: [string, string, string][] = [
      ['PUT', '/api/v1/conversations', 'POST, GET, HEAD'],
      ['GET', '/api/v1/jobs/cancel', 'POST'],
      ['DELETE', '/api/v1/queue', 'GET, HEAD'],
      ['OPTIONS', '/api/v1/queue', 'GET, HEAD'],
      ['GET', '/api/v1/sessions', 'POST'],
      ['DELETE', '/api/v1/engines', 'GET, HEAD'],
      ['POST', '/healthz', 'GET, HEAD'],
      ['PUT', '/readyz', 'GET, HEAD'],
    ];
    for (const [method, path, allowed] of methods) {
      const answer = await server.call(method, path);
      expect([answer.status, answer.body.code]).toEqual([405, 'method_not_allowed']);
      expect(answer.headers.get('Allow')).toBe(allowed);
    }
  });

  it('of addresses that can not be decoded are 400', async () => {
    const ada = await server.signIn();
    const answer = await ada.call('GET', '/messages/%E0%A4%A');
    expect([answer.status, answer.body]).toMatchObject([400, { code: 'invalid_input' }]);
  });

  it('that are a failure of ours show no cause, which is in the log under the reference', async () => {
    const ada = await server.signIn();
    readModelIs.failing = new Error('the secret cause');
    const answer = await ada.call('GET', '/conversations').finally(() => {
      readModelIs.failing = null;
    });
    expect([answer.status, answer.body.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(answer.body)).not.toMatch(/secret cause|stack|\.ts/);
    const line = server.lines.find((each) => each.includes('the secret cause'));
    expect(line).toContain(answer.body.reference);
  });

  it('of a store that can not be reached are 503 with Retry-After', async () => {
    const ada = await server.signIn();
    readModelIs.failing = new DocumentStoreUnavailable('locked');
    const answer = await ada.call('GET', '/conversations').finally(() => {
      readModelIs.failing = null;
    });
    expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
    expect(answer.headers.get('Retry-After')).toMatch(/^\d+$/);
  });
});

describe('engines', () => {
  it('are told to who has signed in: name, circuit and models', async () => {
    const ada = await server.signIn();
    const { status, text } = await ada.call('GET', '/engines');
    expect([status, JSON.parse(text)]).toEqual([
      200,
      [{ name: 'sketch', circuit: 'closed', failures: 0, models: ['sketch-1'], health: null }],
    ]);
    expect((await server.call('GET', '/api/v1/engines')).status).toBe(401);
  });

  it('are told with how they were when a worker last asked; what was the matter, to operators', async () => {
    const checkedAt = server.now().toISOString();
    const found = { isWell: false, isReachable: false, reason: 'nobody listens at 10.0.0.7', checkedAt };
    await keepEngineHealth(server.documents, 'sketch', found);
    const healthFor = async (roles: string[]) => {
      const person = await server.signIn(roles);
      return JSON.parse((await person.call('GET', '/engines')).text)[0].health;
    };
    expect(await healthFor(['operator'])).toEqual({ ...found, since: checkedAt });
    expect(await healthFor(['user'])).toEqual({ ...found, since: checkedAt, reason: null });
    await server.documents.forgetRecords('engineHealth');
  });

  it('say when one that rests is tried again, and that it is being tried', async () => {
    const ada = await server.signIn();
    let ahead = 0;
    const circuits = createCircuits({
      ...{ log: server.log, actor: { id: 'worker:test', name: 'Worker' }, newId: v7 },
      now: () => new Date(Date.parse('2026-01-01T12:00:00.000Z') + ahead),
      rule: { failures: 2, resetMs: 60_000 },
    });
    const jobId = v7() as JobId;
    const fail = () =>
      circuits.failed('sketch', jobId, { code: 'engine_unavailable', reference: 'r', atOnce: false });
    const shown = async () => JSON.parse((await ada.call('GET', '/engines')).text)[0];
    await fail();
    expect((await shown()).circuit).toBe('closed');
    await fail();
    expect(await shown()).toMatchObject({ circuit: 'open', retryAt: '2026-01-01T12:01:00.000Z' });
    ahead = 60_000;
    await circuits.probe('sketch', jobId);
    expect(await shown()).toEqual({
      name: 'sketch',
      circuit: 'half_open',
      failures: 2,
      models: ['sketch-1'],
      health: null,
    });
    await circuits.succeeded('sketch', jobId);
    expect((await shown()).circuit).toBe('closed');
  });
});

describe('health', () => {
  it('is alive, and ready part by part', async () => {
    expect(await server.call('GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    const ready = await server.call('GET', '/readyz');
    expect(ready).toMatchObject({
      status: 200,
      body: {
        status: 'ready',
        parts: {
          eventLog: { state: 'ready', position: expect.any(String) },
          documents: { state: 'ready', lag: expect.any(Number) },
          projections: expect.arrayContaining([
            expect.objectContaining({ state: 'running', lag: expect.any(Number) }),
          ]),
        },
      },
    });
  });
});

describe('the page', () => {
  it('is asked for anew each time, but what carries a hash never again', async () => {
    const index = await server.call('GET', '/');
    expect([index.status, index.headers.get('Cache-Control')]).toEqual([200, 'no-cache']);
    const asset = await server.call('GET', '/assets/index-abc123.js');
    expect([asset.status, asset.headers.get('Cache-Control')]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ]);
  });

  it('is nothing outside its folder', async () => {
    for (const path of ['/..%2fsign-in-secret', '/assets/..%2f..%2fevents.db', '/%2e%2e/events.db'])
      expect((await server.call('GET', path)).status).toBeGreaterThanOrEqual(400);
  });

  it('may run its own scripts alone, and nobody may frame it', async () => {
    const { headers } = await server.call('GET', '/');
    expect(headers.get('Content-Security-Policy')).toMatch(/default-src 'none'.*img-src 'self' blob:;/);
    expect(headers.get('Content-Security-Policy')).toMatch(/frame-ancestors 'none'/);
    expect(headers.get('Content-Security-Policy')).not.toMatch(/unsafe/);
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(headers.get('X-Powered-By')).toBeNull();
  });
});

describe('pages of other origins', () => {
  const from = (method: string, origin: string) =>
    server.call(method, '/api/v1/jobs', { headers: { Origin: origin } });

  it('may call where they are listed', async () => {
    const preflight = await from('OPTIONS', 'https://studio.example');
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe('https://studio.example');
    expect(preflight.headers.get('Access-Control-Allow-Headers')).toContain('Idempotency-Key');
    const answer = await from('GET', 'https://studio.example');
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('https://studio.example');
  });

  it('are told nothing that would let them where they are not', async () => {
    for (const origin of ['https://evil.example', 'null', 'https://studio.example.evil.example'])
      for (const method of ['GET', 'OPTIONS'])
        expect((await from(method, origin)).headers.get('Access-Control-Allow-Origin')).toBeNull();
  });
});
