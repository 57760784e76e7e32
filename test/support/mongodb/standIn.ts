import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const cache = join(here, '../../../.cache/mongodb');
const jars = join(cache, 'jars');

/** Resolved once by Maven; beside each other into folders of their own, of which one becomes the cache. */
const resolveJars = async (): Promise<void> => {
  if (existsSync(jars)) return;
  await mkdir(cache, { recursive: true });
  const own = join(cache, `jars-${process.pid}`);
  await promisify(execFile)('mvn', [
    ...['-q', '-B', '-f', join(here, 'pom.xml')],
    `-Dmaven.repo.local=${join(cache, 'repository')}`,
    ...['dependency:copy-dependencies', `-DoutputDirectory=${own}`],
  ]);
  try {
    await rename(own, jars);
  } catch (cause) {
    if (!existsSync(jars)) throw cause;
    await rm(own, { recursive: true });
  }
};

export interface StandIn {
  readonly port: number;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** mongo-java-server in memory, on a free port of 127.0.0.1. It ends with this process at the latest. */
export const startStandIn = async (): Promise<StandIn> => {
  await resolveJars();
  const child = spawn('java', ['-Xmx512m', '-cp', join(jars, '*'), join(here, 'Main.java')], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-4_000);
  });
  const ended = once(child, 'exit');
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /^listening on (\d+)$/.exec(line)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    ended.then(
      ([code]) => reject(new Error(`the MongoDB stand-in ended with ${code}:\n${complaints}`)),
      reject,
    );
  });
  return {
    port,
    process: child,
    async stop() {
      child.kill();
      await ended;
    },
  };
};
