import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { commandLine } from '../../support/commandLine.ts';
import { openDeliveryClient } from '../../support/deliveryClient.ts';
import { httpCaller, type Person } from '../../support/httpCalls.ts';
import { type ServerProcess, startServer } from '../../support/serverProcess.ts';

const patience = { timeout: 60_000 };
const image = { width: 64, height: 64, steps: 1, seed: 1, prompt: 'a boat' };

interface ReadyPart {
  readonly name: string;
  readonly state: string;
  readonly position: string;
  readonly reason: string | null;
}

describe('backup and restore of the embedded store', () => {
  let folder: string;
  let servers: ServerProcess[];
  const at = (name: string): string => join(folder, name);
  const settings = (data: string) => ({
    ...{ DATA_DIR: at(data), SKETCH_STEP_MS: '1', SEAL_MS: '200' },
    // As fast as they can, people write more in a minute than one may.
    RATE_LIMIT_PER_MINUTE: '0',
  });
  const serve = async (data: string): Promise<ServerProcess> => {
    const server = await startServer(settings(data));
    servers.push(server);
    return server;
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-backup-'));
    servers = [];
  });
  afterEach(async () => {
    for (const server of servers) await server.kill();
    await rm(folder, { recursive: true, force: true });
  });

  const textsIn = async (person: Person, conversation: string): Promise<string[]> => {
    const texts: string[] = [];
    for (let cursor = ''; ; ) {
      const path = `/conversations/${conversation}/messages?limit=200${cursor}`;
      const { items, nextCursor } = (await person.call('GET', path)).body as {
        readonly items: readonly { readonly text: string }[];
        readonly nextCursor: string | null;
      };
      texts.push(...items.map(({ text }) => text));
      if (nextCursor === null) return texts;
      cursor = `&cursor=${nextCursor}`;
    }
  };
  const projectionsOf = async (server: ServerProcess): Promise<ReadyPart[]> => {
    const { body } = await httpCaller(server.url).call('GET', '/readyz');
    return (body as { parts: { projections: ReadyPart[] } }).parts.projections;
  };
  const untilReady = (server: ServerProcess): Promise<void> =>
    vi.waitFor(
      async () => expect((await httpCaller(server.url).call('GET', '/readyz')).status).toBe(200),
      patience,
    );

  it('made while people write, has all that was acknowledged before; clients of what was lost begin anew', async () => {
    const server = await serve('data');
    const ada = await httpCaller(server.url).signIn(['user'], 'Ada');
    const conversation = await ada.startConversation({ title: 'Harbour' });
    const { job } = await ada.post(conversation, { text: 'draw', image });
    const drawn = async () => (await ada.call('GET', `/jobs/${job?.jobId}`)).body.job;
    await vi.waitFor(async () => expect(await drawn()).toMatchObject({ status: 'completed' }), patience);

    const acknowledged: string[] = [];
    let isWriting = true;
    const write = async (): Promise<void> => {
      for (let number = 0; isWriting; number += 1) {
        await ada.post(conversation, { text: `message ${number}` });
        acknowledged.push(`message ${number}`);
      }
    };
    const writing = write();
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(5), patience);
    const before = [...acknowledged];
    const run = commandLine(settings('data'));
    const backup = await run('backup', at('backup'), '--documents', '--keys', at('keys'), '--json');
    expect([backup.stderr, backup.code]).toEqual(['', 0]);
    const seen = acknowledged.length;
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(seen), patience);
    isWriting = false;
    await writing;

    const client = openDeliveryClient(server.url, ada.token);
    const { logId, position } = await client.subscribe({ scope: 'conversation', id: conversation });
    client.close();
    expect(JSON.parse(backup.stdout)).toMatchObject({ logId, documents: true, damaged: [] });
    expect(await server.stop()).toBe(0);

    const again = commandLine(settings('restored'));
    const restored = await again('restore', at('backup'), '--keys', at('keys'), '--json');
    expect([restored.stderr, restored.code]).toEqual(['', 0]);
    const told = JSON.parse(restored.stdout);
    expect(told).toMatchObject({ previous: logId, documents: true, missing: [], erasedSince: [] });
    expect(told.logId).not.toBe(logId);

    const second = await serve('restored');
    await untilReady(second);
    const back = await httpCaller(second.url).signIn(['user'], 'Ada');
    expect(await textsIn(back, conversation)).toEqual(expect.arrayContaining(before));
    const picture = (await back.call('GET', `/jobs/${job?.jobId}`)).body.job as {
      readonly images: readonly { readonly url: string }[];
    };
    const { status } = await back.call('GET', `${picture.images[0]?.url}`.replace('/api/v1', ''));
    expect(status).toBe(200);

    // Its cursor lies after the new head, or before: either way it is one of another log.
    const returning = openDeliveryClient(second.url, back.token);
    const answer = await returning.subscribe({
      ...{ scope: 'conversation', id: conversation, after: position, logId },
    });
    returning.close();
    expect(answer).toMatchObject({ ok: true, mode: 'reset', reason: 'other_log', logId: told.logId });
    await back.post(conversation, { text: 'after the restore' });
    expect(await textsIn(back, conversation)).toContain('after the restore');

    const verified = await commandLine(settings('restored'))('log', 'verify');
    expect([verified.stderr, verified.code]).toEqual(['', 0]);
    expect(await commandLine(settings('restored'))('restore', at('backup'))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/events\.db is in use: a server is running on it/),
    });
    await second.stop();
    expect(await commandLine(settings('restored'))('restore', at('backup'))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/something already where the event log is to lie/),
    });
  });

  it('without documents or keys has nothing in plain, says that the keys must be brought, and projects anew', async () => {
    const server = await serve('data');
    const ada = await httpCaller(server.url).signIn(['user'], 'Ada Lovelace');
    const conversation = await ada.startConversation({ title: 'verschwiegener Hafen' });
    await ada.post(conversation, { text: 'verschwiegen' });
    const run = commandLine(settings('data'));
    expect(await run('backup', at('backup'))).toMatchObject({ code: 0 });
    await server.stop();
    expect(await readdir(at('backup'))).toEqual(['events.db', 'images', 'manifest.json']);
    const bytes = await readFile(join(at('backup'), 'events.db'));
    for (const word of ['verschwiegen', 'Ada Lovelace']) expect(bytes.includes(word)).toBe(false);

    const without = await commandLine(settings('elsewhere'))('restore', at('backup'));
    expect(without).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/The keys of 1 person are not in/),
    });

    const kept = { ...settings('restored'), KEYS_URL: `file:${at('data')}/keys` };
    const restored = await commandLine(kept)('restore', at('backup'), '--json');
    expect(restored.code).toBe(0);
    const second = await startServer(kept);
    servers.push(second);
    await untilReady(second);
    const back = await httpCaller(second.url).signIn(['user'], 'Ada Lovelace');
    await vi.waitFor(async () => expect(await textsIn(back, conversation)).toEqual(['verschwiegen']), {
      timeout: 60_000,
    });
  });

  it('documents of what was lost are refused by projections, and can be built anew', async () => {
    const server = await serve('data');
    const ada = await httpCaller(server.url).signIn(['user'], 'Ada');
    const conversation = await ada.startConversation();
    await ada.post(conversation, { text: 'once' });
    const run = commandLine(settings('data'));
    expect(await run('log', 'renew-identity')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/A server is running on these stores/),
    });
    await server.stop();
    const renewed = await run('log', 'renew-identity', '--json');
    expect([renewed.stderr, renewed.code]).toEqual(['', 0]);
    const { previous, logId } = JSON.parse(renewed.stdout);
    expect(logId).not.toBe(previous);

    const second = await serve('data');
    await vi.waitFor(async () => {
      for (const { state, reason } of await projectionsOf(second)) {
        expect(state).toBe('stopped');
        expect(reason).toMatch(/of another event log; build them again/);
      }
    }, patience);
    const rebuilt = await run('projections', 'rebuild', '--all');
    expect([rebuilt.stderr, rebuilt.code]).toEqual(['', 0]);
    await untilReady(second);
    const back = await httpCaller(second.url).signIn(['user'], 'Ada');
    expect(await textsIn(back, conversation)).toEqual(['once']);
  });
});
