import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databaseUrl, type TestServer, testServer } from '../support/mongodb/testServer.ts';
import { openRoughLine } from '../support/roughLine.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';
import { makeTemporaryFolder } from '../support/temporaryLog.ts';
import { until } from '../support/until.ts';

/** A process that is dead is known to be; one that is stopped must be silent for 6 s first. */
const promised = 10_000;
const choice = testServer;
describe.skipIf('missing' in choice)(
  `two servers on one log and one MongoDB${'missing' in choice ? `: ${choice.missing}` : ''}`,
  () => {
    let server: TestServer;
    let folder: Awaited<ReturnType<typeof makeTemporaryFolder>>;
    let client: MongoClient;
    let servers: ServerProcess[];
    let url: string;
    const start = async (documents = url): Promise<ServerProcess> => {
      const started = await startServer({ DATA_DIR: folder.folder, DOCUMENTS_URL: documents });
      servers.push(started);
      return started;
    };

    const call = async (at: ServerProcess, path: string, token: string | null, body?: unknown) => {
      const response = await fetch(`${at.url}/api/v1${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return response.json();
    };
    const signIn = async (at: ServerProcess): Promise<string> =>
      (await call(at, '/sessions', null, { name: 'Ada' })).token;
    const texts = async (at: ServerProcess, token: string, conversationId: string): Promise<string[]> => {
      const { items } = await call(at, `/conversations/${conversationId}/messages`, token);
      return items.map(({ text }: { text: string }) => text).toReversed();
    };
    /** Process id of who writes each projection. */
    const holders = async (): Promise<number[]> => {
      const leases = await client.db().collection<{ _id: string; value: string }>('records').find().toArray();
      return leases
        .filter(({ _id }) => _id.startsWith('lease '))
        .map(({ value }) => JSON.parse(value).holder?.pid ?? 0);
    };

    beforeAll(async () => {
      if (!('missing' in choice)) server = await choice.start();
    });
    afterAll(() => server.stop());
    beforeEach(async () => {
      servers = [];
      folder = await makeTemporaryFolder();
      url = databaseUrl(server.url, `darkroom_test_${process.pid}_${Date.now()}`);
      client = new MongoClient(url);
    });
    afterEach(async () => {
      await Promise.all(servers.map((each) => (each.process.exitCode === null ? each.kill() : undefined)));
      await client.db().dropDatabase();
      await client.close();
      await folder.remove();
    });

    it.each(['SIGKILL', 'SIGSTOP'] as const)(
      'go on within 10 s when the one that projects got %s, and stay right when that one is back',
      async (signal) => {
        const projector = await start();
        const other = await start();
        const token = await signIn(other);
        const { conversation } = await call(other, '/conversations', token, { title: 'Harbour' });
        const path = `/conversations/${conversation.conversationId}/messages`;
        const asked = performance.now();
        await call(other, path, token, { text: 'before' });
        await until(async () =>
          expect(await texts(other, token, conversation.conversationId)).toEqual(['before']),
        );
        const usual = performance.now() - asked;
        expect(new Set(await holders())).toEqual(new Set([projector.process.pid]));

        projector.process.kill(signal);
        const begin = performance.now();
        // It happens at once; where it can't be shown in time, the answer says so.
        await call(other, path, token, { text: 'meanwhile' }).catch((cause: unknown) =>
          expect(String(cause)).toMatch(/503 .*"It is done/),
        );
        await until(async () => {
          expect(await texts(other, token, conversation.conversationId)).toEqual(['before', 'meanwhile']);
        });
        // Where the machine does other work, everything takes longer.
        expect(performance.now() - begin).toBeLessThan(promised + 50 * usual);
        await until(async () => expect(new Set(await holders())).toEqual(new Set([other.process.pid])));

        if (signal === 'SIGSTOP') projector.process.kill('SIGCONT');
        const third = signal === 'SIGSTOP' ? projector : other;
        await call(third, path, token, { text: 'after' });
        for (const each of [other, third])
          await until(async () => {
            expect(await texts(each, token, conversation.conversationId)).toEqual([
              ...['before', 'meanwhile', 'after'],
            ]);
          });
        expect(new Set(await holders())).toEqual(new Set([other.process.pid]));
      },
    );

    it('are not ready while MongoDB can not be reached, say so, and are again afterwards', async () => {
      const line = await openRoughLine(() => Number(new URL(server.url).port));
      const { pathname } = new URL(url);
      const one = await start(`mongodb://127.0.0.1:${line.port}${pathname}?directConnection=true`);
      const ready = async () => {
        const response = await fetch(`${one.url}/readyz`);
        return { status: response.status, body: await response.json() };
      };
      await until(async () => expect((await ready()).status).toBe(200));
      line.down();
      await until(async () => {
        const { status, body } = await ready();
        expect([status, body.parts.documents.state, body.parts.eventLog.state]).toEqual([
          ...[503, 'not_ready', 'ready'],
        ]);
        expect(body.parts.documents.reason).toMatch(/no answer within|can not be reached/);
      });
      expect((await fetch(`${one.url}/healthz`)).status).toBe(200);
      line.mend();
      await until(async () => expect((await ready()).status).toBe(200));
      const token = await signIn(one);
      const { conversation } = await call(one, '/conversations', token, { title: 'Back' });
      await until(async () => expect(await texts(one, token, conversation.conversationId)).toEqual([]));
      await one.stop();
      await line.close();
    });
  },
);
