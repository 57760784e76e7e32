import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { calls as clientCalls } from './deliveryClients.ts';
import { type Process, startProcess } from './deliveryProcess.ts';
import type { calls as serverCalls } from './deliveryServer.ts';

export type Kind = 'darkroom' | 'plain' | 'recovery';
export type Server = Process<typeof serverCalls>;
type Clients = Process<typeof clientCalls>;

/** BENCH_QUICK=1: a run of seconds that shows whether the bench works; its figures mean little. */
export const isQuick = process.env.BENCH_QUICK === '1';
export const sized = (full: number, quick: number): number => (isQuick ? quick : full);

export const startClients = (): Clients => startProcess<typeof clientCalls>('./deliveryClients.ts');
export const startServer = (kind: Kind, folder: string): Server =>
  startProcess<typeof serverCalls>('./deliveryServer.ts', kind, folder);

export const makeFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  return { folder, remove: (): void => rmSync(folder, { recursive: true, force: true }) };
};

/** A name for each client: `each` in each conversation. */
export const peopleOf = (conversations: number, each: number): string[][] =>
  Array.from({ length: conversations }, (_, of) =>
    Array.from({ length: each }, (_, n) => `user${of * each + n}`),
  );

/** A server and its clients, a process each: the client library with ours, Socket.IO's own with the others. */
export const openSide = async (
  kind: Kind,
  conversations: number,
  each: number,
  { folder, remove } = makeFolder(),
) => {
  const server = startServer(kind, folder);
  const clients = startClients();
  const people = peopleOf(conversations, each);
  const ids = await server.call('start', people);
  const url = await server.call('url');
  const wanted = { kind: kind === 'darkroom' ? 'library' : 'bare', url, people, conversations: ids } as const;
  return {
    server,
    clients,
    ids,
    /** The clients of these conversations. */
    connect: (keep: boolean, first = 0, last = conversations): Promise<void> =>
      clients.call('connect', { ...wanted, people: people.slice(0, last), first, keep }),
    close: async (): Promise<void> => {
      await clients.kill();
      await server.end();
      remove();
    },
  };
};
export type Side = Awaited<ReturnType<typeof openSide>>;

/** Of numbers in ascending order. */
export const percentile = (ascending: Float64Array, share: number): number =>
  ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN;

export const spread = (numbers: readonly number[], digits = 0): string =>
  `${Math.min(...numbers).toFixed(digits)} to ${Math.max(...numbers).toFixed(digits)}`;

/** A line of the table. */
export interface Row extends Readonly<Record<string, string | number>> {
  readonly what: string;
  readonly ours: string;
  readonly 'plain Socket.IO': string;
  readonly target: string;
  readonly found: string;
  readonly met: 'yes' | 'NO' | '-';
}

export const rowOf = (
  what: string,
  ours: string,
  plain: string,
  target: string,
  found: string,
  isMet: boolean | null,
): Row => ({
  ...{ what, ours, 'plain Socket.IO': plain, target, found },
  met: isMet === null ? '-' : isMet ? 'yes' : 'NO',
});
