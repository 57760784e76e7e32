import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { v7 } from 'uuid';
import { z } from 'zod';

/** A run of a process: the id is another one at each start, for process ids come again. */
export const instance = z.object({ id: z.string(), host: z.string(), pid: z.int() });
export type Instance = z.infer<typeof instance>;

const textOf = (read: () => string): string => {
  try {
    return read().trim();
  } catch {
    return '';
  }
};

/**
 * Where process ids mean the same. Machines made from one image may share a name, so also which run of a
 * kernel it is; and containers share that, but not their process ids, so also which space of those. Where
 * an operating system tells neither, the name has to do.
 */
const host = [
  hostname(),
  textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
  textOf(() => readlinkSync('/proc/self/ns/pid')),
]
  .join(' ')
  .trim();

export const ownInstance = (id: string): Instance => ({ id, host, pid: process.pid });

/** The one of this process. */
export const thisInstance = ownInstance(v7());

/**
 * True only where it is certain that the other one has ended: it ran on this host, and its process id is
 * nobody's by now, or our own (in a container each start has the same). Of other hosts nothing is known.
 */
export const hasEnded = (other: Instance, own: Instance): boolean => {
  if (other.host !== own.host || other.id === own.id) return false;
  if (other.pid === own.pid) return true;
  try {
    process.kill(other.pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
};
