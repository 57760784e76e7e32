import { existsSync, readFileSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { attention, broken, type Finding, ok } from './finding.ts';

const gigabyte = 1_000_000_000;
const inGigabytes = (bytes: number): string => `${(bytes / gigabyte).toFixed(1)} GB`;

/** An append that finds no room is refused, so it is said long before. */
export const judgeDisk = (folder: string, free: number, size: number): Finding => {
  const check = 'disk';
  const share = size === 0 ? 0 : Math.floor((100 * free) / size);
  const found = `${inGigabytes(free)} (${share} %) are free on the disk of ${folder}.`;
  if (free < 0.2 * gigabyte)
    return broken(check, found, 'Free some space now: what people do is refused when it is full.');
  if (free < gigabyte || (share < 5 && free < 20 * gigabyte))
    return attention(check, found, 'Free some space, or move DATA_DIR to a larger disk.');
  return ok(check, found);
};

/** The folder itself, or the next above it that is there. */
const existing = (folder: string): string =>
  existsSync(folder) || dirname(folder) === folder ? folder : existing(dirname(folder));

/** Each disk once, whichever of the folders lie on it. */
export const lookAtDisks = async (folders: readonly string[]): Promise<readonly Finding[]> => {
  const disks = new Map<number, string>();
  for (const folder of folders.map((each) => existing(resolve(each)))) {
    const { dev } = await stat(folder);
    if (!disks.has(dev)) disks.set(dev, folder);
  }
  const findings: Finding[] = [];
  for (const folder of disks.values()) {
    const { bsize, blocks, bavail } = await statfs(folder);
    findings.push(judgeDisk(folder, bsize * bavail, bsize * blocks));
  }
  return findings;
};

const furthestAhead = 5_000;

/** Against the newest event of the log, whose time is that of whoever took it: this machine or a server. */
export const judgeClock = (now: Date, newest: string | null): Finding => {
  const check = 'clock';
  const said = now.toISOString();
  if (newest === null) return ok(check, `It is ${said}.`);
  const ahead = Date.parse(newest) - now.getTime();
  if (ahead > furthestAhead)
    return attention(
      check,
      `It is ${said} here, and the newest event is of ${newest}, ${Math.round(ahead / 1_000)} s later.`,
      'Set the clocks of all machines by the same time server (chrony, systemd-timesyncd).',
    );
  return ok(check, `It is ${said}; the newest event is of ${newest}.`);
};

const about = z.object({ version: z.string(), engines: z.object({ node: z.string() }) });

/** Of the package that this file is of: it lies further up, from source and from a build. */
const readPackage = (from: URL): z.infer<typeof about> => {
  try {
    return about.parse(JSON.parse(readFileSync(new URL('package.json', from), 'utf8')));
  } catch (cause) {
    const above = new URL('..', from);
    if (above.href === from.href) throw cause;
    return readPackage(above);
  }
};

const numbersOf = (version: string): readonly number[] => version.split('.').map(Number);

/** `wanted` is like `>=20.19`. */
export const judgeNode = (running: string, wanted: string): Finding => {
  const check = 'versions';
  const [major = 0, minor = 0] = numbersOf(running);
  const [leastMajor = 0, leastMinor = 0] = numbersOf(wanted.replace(/^>=/, ''));
  const isOld = major < leastMajor || (major === leastMajor && minor < leastMinor);
  return isOld
    ? broken(check, `Node.js is ${running}.`, `Install Node.js ${wanted.replace('>=', '')} or later.`)
    : ok(check, `Node.js is ${running}.`);
};

const sqliteVersion = (): string => {
  const database = new Database(':memory:');
  try {
    return String(database.prepare('SELECT sqlite_version()').pluck().get());
  } finally {
    database.close();
  }
};

export const lookAtVersions = (): readonly Finding[] => {
  const { version, engines } = readPackage(new URL('.', import.meta.url));
  return [
    ok('versions', `Darkroom is ${version}, SQLite in it ${sqliteVersion()}.`),
    judgeNode(process.versions.node, engines.node),
  ];
};
