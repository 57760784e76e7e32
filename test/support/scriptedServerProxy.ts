import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A line to a server that the test can break as a network does: in the midst, with no goodbye. */
export const openBreakableLine = async (port: number) => {
  const lines = new Set<Socket>();
  let broken = 0;
  const proxy = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      lines.add(from);
      from.pipe(to);
      from.on('close', () => {
        lines.delete(from);
        to.destroy();
      });
      // A reset is what this is for: 'close' follows, and ends the other half.
      from.on('error', () => from.destroy());
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const breakLines = () => {
    if (lines.size > 0) broken += 1;
    for (const line of lines) line.resetAndDestroy();
  };
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    breakLines,
    /** How often there was a line to break. */
    broken: () => broken,
    close: async () => {
      for (const line of lines) line.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
};
