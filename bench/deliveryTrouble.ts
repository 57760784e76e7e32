import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { now } from './deliveryProcess.ts';
import {
  type Kind,
  makeFolder,
  openSide,
  peopleOf,
  percentile,
  type Row,
  rowOf,
  sized,
  spread,
  startClients,
  startServer,
} from './deliverySides.ts';
import { median } from './table.ts';

const stormConversations = 100;
const each = 10;
const missedEach = 100;

interface Storm {
  readonly p99: number;
  readonly block: number;
  /** Bytes of an idle client that was there before it. */
  readonly idle: number;
}

/** 1,000 clients lose their connections, miss 100 events each, and come back in one instant. */
const storm = async (kind: Kind): Promise<Storm> => {
  const { server, clients, connect: connectClients, close } = await openSide(kind, stormConversations, each);
  // The first hundred bring what is needed once.
  const warm = stormConversations / 10;
  await connectClients(true, 0, warm);
  const before = await server.call('memory');
  await connectClients(true, warm);
  const idle = ((await server.call('memory')) - before) / ((stormConversations - warm) * each);
  const [first, missed] = [stormConversations, stormConversations * missedEach];
  await server.call('post', { from: 0, count: first });
  await clients.call('untilTotal', first * each);
  await clients.call('drop');
  await server.call('post', { from: first, count: missed });
  await server.call('settled');
  await server.call('watch');
  const begin = await clients.call('comeBack');
  await clients.call('untilTotal', (first + missed) * each);
  const block = await server.call('longestBlock');
  const complete = await clients.call('complete', { from: first, count: missed });
  await close();
  return { p99: percentile(complete, 0.99) - begin, block, idle };
};

export const benchStorm = async (): Promise<Row[]> => {
  const our: Storm[] = [];
  const recovery: Storm[] = [];
  for (let repetition = 0; repetition < sized(3, 1); repetition += 1) {
    our.push(await storm('darkroom'));
    recovery.push(await storm('recovery'));
  }
  const of = (storms: readonly Storm[], pick: (storm: Storm) => number): number => median(storms.map(pick));
  const tell = (storms: readonly Storm[]): string =>
    `${of(storms, ({ p99 }) => p99).toFixed(0)} (${spread(storms.map(({ p99 }) => p99))}); loop blocked ${of(storms, ({ block }) => block).toFixed(0)}`;
  const p99 = of(our, (one) => one.p99);
  const block = of(our, (one) => one.block);
  const ratio = of(our, ({ idle }) => idle) / of(recovery, ({ idle }) => idle);
  const bytes = (storms: readonly Storm[]): string =>
    `${(of(storms, ({ idle }) => idle) / 1024).toFixed(1)} (${spread(
      storms.map(({ idle }) => idle / 1024),
      1,
    )})`;
  return [
    rowOf(
      '1,000 clients back at once, 100 missed events each: p99 ms until current (plain: connection state recovery)',
      tell(our),
      tell(recovery),
      'p99 at most 2,000 ms, no block over 200 ms',
      `${p99.toFixed(0)} ms, ${block.toFixed(0)} ms`,
      p99 <= 2_000 && block <= 200,
    ),
    rowOf(
      'KiB in use for an idle client that follows one conversation (plain: in one room, recovery on)',
      bytes(our),
      bytes(recovery),
      'at most 1.25',
      ratio.toFixed(2),
      ratio <= 1.25,
    ),
  ];
};

const metadataBytes = 60_000;
const slice = 200;
const slices = sized(25, 4);
/** Enough to fill what a node remembers. */
const few = sized(8, 4);

/** The most in use while so much passes by, of samples between pieces. */
const passBy = async (
  { server }: Awaited<ReturnType<typeof openSide>>,
  from: number,
  pieces: number,
): Promise<number> => {
  let most = 0;
  for (let done = 0; done < pieces; done += 1) {
    await server.call('post', { from: from + done * slice, count: slice, atOnce: 50, metadataBytes });
    await server.call('settled');
    most = Math.max(most, await server.call('memory'));
  }
  return most;
};

/** What the server has more in use while its client doesn't read, than while the same passed by and it did. */
const stalled = async (kind: Kind): Promise<number> => {
  const place = makeFolder();
  // The documents are written by another process here, for the writer keeps some thousands of them at hand.
  const projector = kind === 'darkroom' ? startServer(kind, place.folder) : null;
  await projector?.call('settled');
  const side = await openSide(kind, 1, 1, place);
  await side.connect(false);
  const without = await passBy(side, 0, few);
  side.clients.signal('SIGSTOP');
  const most = await passBy(side, few * slice, slices);
  await projector?.kill();
  await side.close();
  return (most - without) / 1e6;
};

export const benchStalled = async (): Promise<Row> => {
  const our = await stalled('darkroom');
  const plain = await stalled('plain');
  return rowOf(
    `MB more in use for a client that stops reading while ${Math.round((slices * slice * metadataBytes) / 1e6)} MB pass by (once)`,
    our.toFixed(1),
    plain.toFixed(1),
    'at most 2',
    our.toFixed(1),
    our <= 2,
  );
};

/** As a load balancer: connections go to the node that is alive. */
const openDoor = async (firstPort: number) => {
  let to = firstPort;
  const door = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.pipe(other);
      one.on('close', () => other.destroy());
      one.on('error', () => one.destroy());
    }
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  return {
    url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    leadTo: (port: number): void => {
      to = port;
    },
    close: (): void => void door.close(),
  };
};

/** Milliseconds from the death of a node until 99 % of its 500 clients are current on the other. */
const nodeKilled = async (): Promise<number> => {
  const { folder, remove } = makeFolder();
  const dying = startServer('darkroom', folder);
  const people = peopleOf(50, each);
  const conversations = await dying.call('start', people);
  const staying = startServer('darkroom', folder);
  await staying.call('adopt', conversations);
  const portOf = async (server: typeof dying): Promise<number> =>
    Number(new URL(await server.call('url')).port);
  const door = await openDoor(await portOf(dying));
  const clients = startClients();
  await clients.call('connect', { kind: 'library', url: door.url, people, conversations });
  await staying.call('post', { from: 0, count: 500, perSecond: 1_000 });
  await clients.call('untilTotal', 500 * each);
  door.leadTo(await portOf(staying));
  const killedAt = now();
  await dying.kill();
  await staying.call('post', { from: 500, count: 500, perSecond: 1_000 });
  await clients.call('untilTotal', 1_000 * each);
  const complete = await clients.call('complete', { from: 500, count: 500 });
  await clients.kill();
  await staying.end();
  door.close();
  remove();
  return percentile(complete, 0.99) - killedAt;
};

export const benchNodeKilled = async (): Promise<Row> => {
  const times: number[] = [];
  for (let repetition = 0; repetition < sized(5, 1); repetition += 1) times.push(await nodeKilled());
  const time = median(times);
  return rowOf(
    'one of two nodes killed: ms until 99 % of its 500 clients are current on the other',
    `${time.toFixed(0)} (${spread(times)})`,
    '-',
    'at most 5,000 ms',
    `${time.toFixed(0)} ms`,
    time <= 5_000,
  );
};
