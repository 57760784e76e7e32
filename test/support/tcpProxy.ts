import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A line to a server on this machine that can be taken away and given back, as a network does it. */
export interface TcpProxy {
  readonly url: string;
  /** Every connection is cut, in the midst, and none is accepted. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

const stop = async (proxy: Server): Promise<void> => {
  if (!proxy.listening) return;
  proxy.close();
  await once(proxy, 'close');
};

export const openTcpProxy = async (toPort: number): Promise<TcpProxy> => {
  const lines = new Set<Socket>();
  const join = (from: Socket, to: Socket) => {
    lines.add(from);
    from.pipe(to);
    from.on('close', () => {
      lines.delete(from);
      to.destroy();
    });
    // A reset is what this is for: 'close' follows, and ends the other half.
    from.on('error', () => from.destroy());
  };
  const proxy = createServer((near) => {
    const far = connect(toPort, '127.0.0.1');
    join(near, far);
    join(far, near);
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
  return { url: `http://127.0.0.1:${port}`, down, up, close: down };
};
