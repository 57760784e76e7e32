import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A line to a server on this machine that can be taken away and given back, as a network does it. */
export interface TcpProxy {
  readonly url: string;
  /** Every connection is cut, in the midst, and none is accepted. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** From now on every piece of bytes is passed on so much later, in milliseconds. */
  slow(delay: number): void;
  /** From now on a connection is cut once it has sent so many bytes; null: none is. */
  cutAfter(bytes: number | null): void;
  /** How many connections `cutAfter` has cut. */
  cuts(): number;
  close(): Promise<void>;
}

const stop = async (proxy: Server): Promise<void> => {
  if (!proxy.listening) return;
  proxy.close();
  await once(proxy, 'close');
};

export const openTcpProxy = async (toPort: number): Promise<TcpProxy> => {
  const lines = new Set<Socket>();
  let delay = 0;
  let longest: number | null = null;
  let cuts = 0;
  const passOn = (from: Socket, isSending: boolean): Transform => {
    let passed = 0;
    return new Transform({
      transform(bytes: Buffer, _encoding, done) {
        passed += bytes.length;
        if (isSending && longest !== null && passed > longest) {
          cuts += 1;
          from.resetAndDestroy();
        } else if (delay === 0) done(null, bytes);
        else setTimeout(() => done(null, bytes), delay);
      },
    });
  };
  const join = (from: Socket, to: Socket, isSending: boolean) => {
    lines.add(from);
    from.pipe(passOn(from, isSending)).pipe(to);
    from.on('close', () => {
      lines.delete(from);
      to.destroy();
    });
    // A reset is what this is for: 'close' follows, and ends the other half.
    from.on('error', () => from.destroy());
  };
  const proxy = createServer((near) => {
    const far = connect(toPort, '127.0.0.1');
    join(near, far, true);
    join(far, near, false);
  });
  let port = 0;
  const up = async () => {
    proxy.listen(port, '127.0.0.1');
    await once(proxy, 'listening');
    port = (proxy.address() as AddressInfo).port;
  };
  const down = async () => {
    const stopped = stop(proxy);
    for (const line of lines) line.resetAndDestroy();
    await stopped;
  };
  await up();
  return {
    url: `http://127.0.0.1:${port}`,
    down,
    up,
    slow(by) {
      delay = by;
    },
    cutAfter(bytes) {
      longest = bytes;
    },
    cuts: () => cuts,
    close: down,
  };
};
