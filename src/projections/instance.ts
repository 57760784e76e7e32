import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { v7 } from 'uuid';
import { z } from 'zod';

/** A run of a process: the id is another one at each start, for process ids come again. */
export const instance = z.object({ id: z.string(), host: z.string(), pid: z.int() });
export type Instance = z.infer<typeof instance>;

/** Containers may share a host's name, but not its process ids: where there are such spaces, which one. */
const processSpace = (): string => {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
};

const host = `${hostname()} ${processSpace()}`.trim();

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
