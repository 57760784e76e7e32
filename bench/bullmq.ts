import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const peers = fileURLToPath(new URL('./peers', import.meta.url));

/** BullMQ on a Redis of its own, or why it isn't here. */
export type BullmqPeer =
  | {
      readonly kind: 'ready';
      readonly name: string;
      jobsPerSecond(inFlight: number, total: number): Promise<number>;
    }
  | { readonly kind: 'skipped'; readonly reason: string };

const reasonOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).trim().split('\n', 1)[0] ?? '';

/** Redis by apt-get where this is root on Debian, BullMQ by npm under bench/ alone; the reason where not. */
const bring = async (): Promise<string | null> => {
  const hasRedis = () =>
    run('redis-server', ['--version']).then(
      () => true,
      () => false,
    );
  if (!(await hasRedis())) {
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server']).catch(
      () => undefined,
    );
    if (!(await hasRedis())) return 'Redis is not installed (Debian: apt-get install redis-server)';
  }
  if (existsSync(join(peers, 'node_modules/bullmq'))) return null;
  try {
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: peers });
    return null;
  } catch (cause) {
    return `BullMQ could not be installed under bench/peers: ${reasonOf(cause)}`;
  }
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => socket.end(() => resolve(true))).once('error', () => resolve(false));
  });

/** A Redis in a folder of its own that keeps every command on the disk before it answers. */
const startRedis = async (folder: string) => {
  const port = await freePort();
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const where = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
  const child = spawn('redis-server', [...where, ...durable], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`Redis ended with code ${child.exitCode}`);
    await delay(20);
  }
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  return { port, stop };
};

const measure = async (inFlight: number, total: number): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  const redis = await startRedis(folder);
  try {
    const words = ['bullmqJobs.mjs', redis.port, inFlight, total].map(String);
    const { stdout } = await run(process.execPath, ['--max-semi-space-size=64', ...words], { cwd: peers });
    return JSON.parse(stdout).jobsPerSecond;
  } finally {
    await redis.stop();
    rmSync(folder, { recursive: true });
  }
};

export const openBullmq = async (): Promise<BullmqPeer> => {
  const reason = await bring();
  if (reason !== null) return { kind: 'skipped', reason };
  return { kind: 'ready', name: 'BullMQ on Redis, appendfsync always', jobsPerSecond: measure };
};
