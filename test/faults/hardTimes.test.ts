import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpCaller, type Person } from '../support/httpCalls.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';
import { until } from '../support/until.ts';

let folder: string;
let server: ServerProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-hard-'));
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (settings: Readonly<Record<string, string>> = {}) => {
  server = await startServer({ DATA_DIR: folder, WORKERS: '0', ...settings });
  return httpCaller(server.url);
};

/** Posts one message more; whether it was acknowledged, and with what it was answered. */
const posts = (person: Person, conversation: string) => {
  const acknowledged: string[] = [];
  return {
    acknowledged,
    async post() {
      const messageId = v7();
      const body = { messageId, text: 'a lighthouse on a cliff in a storm, '.repeat(100) };
      const answer = await person.call('POST', `/conversations/${conversation}/messages`, { body });
      if (answer.status === 202) acknowledged.push(messageId);
      return answer;
    },
  };
};

/** Ids of all messages of a conversation. */
const idsOf = async (person: Person, conversation: string): Promise<string[]> => {
  const ids: string[] = [];
  for (let cursor = ''; ; ) {
    const { text } = await person.call('GET', `/conversations/${conversation}/messages?limit=200${cursor}`);
    const page: { items: { messageId: string }[]; nextCursor: string | null } = JSON.parse(text);
    ids.push(...page.items.map(({ messageId }) => messageId));
    if (page.nextCursor === null) return ids;
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
};

/** Whether this may be done here: it takes root, and a kernel that lets it. */
const canMount = (): boolean => {
  const place = mkdtempSync(join(tmpdir(), 'darkroom-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'ignore' });
    execFileSync('umount', [place]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true });
  }
};

describe.skipIf(!canMount())('a disk that is full', () => {
  beforeEach(() => void execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', folder]));
  afterEach(() => void execFileSync('umount', ['--lazy', folder]));

  /** Leaves no room for another byte. */
  const fill = async (file: string): Promise<void> => {
    await writeFile(file, '');
    for (const size of [1_048_576, 4_096, 1])
      try {
        for (;;) await appendFile(file, Buffer.alloc(size));
      } catch (error) {
        expect(error).toHaveProperty('code', 'ENOSPC');
      }
  };

  it('ends nothing: reading goes on, who writes is told, and nothing acknowledged is lost', async () => {
    const caller = await start();
    const ada = await caller.signIn(['user'], 'Ada');
    const conversation = await ada.startConversation();
    const { post, acknowledged } = posts(ada, conversation);
    await post();
    const filler = join(folder, 'filler');
    await fill(filler);
    // The files have some room in themselves yet.
    let refused = await post();
    while (refused.status === 202) refused = await post();
    expect([refused.status, refused.body.code]).toEqual([
      503,
      expect.stringMatching(/^(unavailable|read_model_behind)$/),
    ]);
    expect(refused.headers.get('Retry-After')).toMatch(/^\d+$/);
    expect((await caller.call('GET', '/healthz')).status).toBe(200);
    expect((await ada.call('GET', `/conversations/${conversation}/messages`)).status).toBe(200);
    await rm(filler);
    await until(async () => expect((await post()).status).toBe(202));
    await server.kill();
    const again = await (await start()).signIn(['user'], 'Ada');
    await until(async () =>
      expect(await idsOf(again, conversation)).toEqual(expect.arrayContaining(acknowledged)),
    );
    const ids = await idsOf(again, conversation);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('file descriptors that are used up', () => {
  const limitFiles = (most: number): void =>
    void execFileSync('prlimit', ['--pid', String(server.process.pid), `--nofile=${most}:`]);

  it('keep new connections out for a while; who is connected is served, and commands are taken', async () => {
    const caller = await start();
    const ada = await caller.signIn(['user'], 'Ada');
    const conversation = await ada.startConversation();
    const open = new Agent({ keepAlive: true, maxSockets: 1 });
    const callOpen = async (method: string, path: string, body = ''): Promise<number | undefined> => {
      const headers = { Authorization: `Bearer ${ada.token}`, 'Content-Type': 'application/json' };
      const sent = request(`${server.url}/api/v1${path}`, { method, headers, agent: open }).end(body);
      const [response] = await once(sent, 'response');
      await once(response.resume(), 'end');
      return response.statusCode;
    };
    expect(await callOpen('GET', '/jobs')).toBe(200);
    const inUse = readdirSync(`/proc/${server.process.pid}/fd`).length;
    limitFiles(inUse + 10);
    const port = Number(new URL(server.url).port);
    const others = Array.from({ length: 60 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    // The system takes them all; the server can't have them all, and hangs up.
    await Promise.race(others.map((other) => once(other, 'close')));
    const messageId = v7();
    const path = `/conversations/${conversation}/messages`;
    expect(await callOpen('POST', path, JSON.stringify({ messageId, text: 'still here' }))).toBe(202);
    expect(await callOpen('GET', `/messages/${messageId}`)).toBe(200);
    for (const other of others) other.destroy();
    limitFiles(1_024);
    await until(async () => expect((await caller.call('GET', '/healthz')).status).toBe(200));
    open.destroy();
    expect(await idsOf(ada, conversation)).toEqual([messageId]);
    expect(server.process.exitCode).toBeNull();
  });
});

describe('an error that nobody caught', () => {
  /** Throws where no listener of ours is above it, whenever it is sent this signal. */
  const thrower = `data:text/javascript,${encodeURIComponent(`
    process.on('SIGUSR2', () => {
      setImmediate(() => { throw new Error('thrown by a listener'); });
      Promise.reject(new Error('rejected by a listener'));
    });
  `)}`;

  it('ends no process: it is logged, others are served, and it stops as well as ever', async () => {
    const caller = await start({ NODE_OPTIONS: `--import ${thrower}` });
    server.process.kill('SIGUSR2');
    await until(() => {
      expect(server.output()).toContain('thrown by a listener');
      expect(server.output()).toContain('rejected by a listener');
    });
    const ada = await caller.signIn();
    await ada.post(await ada.startConversation(), { text: 'still here' });
    expect(await server.stop()).toBe(0);
  });
});
