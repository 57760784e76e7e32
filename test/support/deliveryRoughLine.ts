import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';

/** How the line treats what comes from the server. It duplicates nothing: TCP doesn't either. */
export interface Roughness {
  /** Each piece arrives this much later. */
  delayMs: number;
  /** Not faster than this. */
  bytesPerSecond: number;
  /** Each connection is reset after this many bytes, wherever that falls in a frame. */
  resetAfterBytes: () => number;
  /** Nothing more arrives, and nothing is refused: as a client that has stopped reading. */
  isFrozen: boolean;
}

const smooth: Roughness = {
  delayMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  resetAfterBytes: () => Number.POSITIVE_INFINITY,
  isFrozen: false,
};

/** A line of TCP to the port that `target` says for each connection, as rough as the test wants it. */
export const openRoughLine = async (target: () => number, roughness: Partial<Roughness> = {}) => {
  const rough: Roughness = { ...smooth, ...roughness };
  const lines = new Set<Socket>();
  const thawed = new Set<() => void>();
  let connections = 0;
  let resets = 0;

  const cut = (...ends: Socket[]): void => {
    resets += 1;
    for (const end of ends) end.resetAndDestroy();
  };
  const thaw = async (): Promise<void> => {
    while (rough.isFrozen) await new Promise<void>((resolve) => thawed.add(resolve));
  };
  /** One piece at a time, so that whoever sends feels how slow the line is. */
  const treat = (near: Socket, far: Socket): Transform => {
    let left = rough.resetAfterBytes();
    return new Transform({
      transform(piece: Buffer, _, done) {
        const wait = rough.delayMs + (1_000 * piece.length) / rough.bytesPerSecond;
        const pass = (): void => {
          if (piece.length <= left) {
            left -= piece.length;
            done(null, piece);
            return;
          }
          near.write(piece.subarray(0, left));
          setImmediate(() => cut(near, far));
        };
        void thaw().then(() => (wait > 0 ? setTimeout(pass, wait) : pass()));
      },
    });
  };

  const server = createServer((near) => {
    connections += 1;
    const far = connect(target(), '127.0.0.1');
    for (const end of [near, far]) {
      end.setNoDelay(true);
      lines.add(end);
      end.once('close', () => lines.delete(end));
    }
    // What breaks on one side breaks on the other; that it broke is what this is for.
    pipeline(near, far, () => near.destroy());
    pipeline(far, treat(near, far), near, () => far.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rough,
    connections: () => connections,
    resets: () => resets,
    cut: () => cut(...lines),
    thaw: () => {
      rough.isFrozen = false;
      for (const resolve of thawed) resolve();
      thawed.clear();
    },
    async close(): Promise<void> {
      for (const line of lines) line.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
export type RoughLine = Awaited<ReturnType<typeof openRoughLine>>;
