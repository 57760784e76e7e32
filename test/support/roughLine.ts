import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';

/** How the line treats what is sent, both ways. It duplicates nothing: TCP doesn't either. */
export interface Roughness {
  /** Each piece arrives this much later. */
  delayMs: number;
  /** Not faster than this. */
  bytesPerSecond: number;
  /** Each connection is reset after this many bytes one way, wherever that falls in a frame. */
  resetAfterBytes: () => number;
  /** Nothing more arrives, and nothing is refused: as with a peer that has stopped reading. */
  isFrozen: boolean;
}

const smooth: Roughness = {
  delayMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  resetAfterBytes: () => Number.POSITIVE_INFINITY,
  isFrozen: false,
};

/**
 * A line of TCP to the port on this machine that `target` says for each connection. A test does with it what
 * networks do: it cuts, delays, throttles, freezes, and resets in the middle of a frame.
 */
export const openRoughLine = async (target: () => number, roughness: Partial<Roughness> = {}) => {
  const rough: Roughness = { ...smooth, ...roughness };
  const ends = new Set<Socket>();
  const frozen = new Set<() => void>();
  let isDown = false;
  let connections = 0;
  let resets = 0;

  const reset = (...these: Socket[]): void => {
    if (these.length > 0) resets += 1;
    for (const end of these) end.resetAndDestroy();
  };
  const thawed = async (): Promise<void> => {
    while (rough.isFrozen) await new Promise<void>((resolve) => frozen.add(resolve));
  };
  /** One piece at a time, so that whoever sends feels how narrow the line is; those on their way are as many as fit. */
  const treat = (from: Socket, to: Socket): Transform => {
    let rule = rough.resetAfterBytes;
    let longest = rule();
    let passed = 0;
    const left = (): number => {
      if (rule !== rough.resetAfterBytes) {
        rule = rough.resetAfterBytes;
        longest = rule();
      }
      return Math.max(0, longest - passed);
    };
    return new Transform({
      transform(piece: Buffer, _, done) {
        const pass = (): void => {
          if (piece.length <= left()) this.push(piece);
          else {
            to.write(piece.subarray(0, left()));
            setImmediate(() => reset(from, to));
          }
          passed += piece.length;
        };
        const depart = (): void => {
          if (rough.delayMs > 0) setTimeout(pass, rough.delayMs);
          else pass();
          done();
        };
        const wait = (1_000 * piece.length) / rough.bytesPerSecond;
        void thawed().then(() => (wait > 0 ? setTimeout(depart, wait) : depart()));
      },
      flush: (done) => void setTimeout(done, rough.delayMs),
    });
  };

  const server = createServer((near) => {
    if (isDown) {
      near.resetAndDestroy();
      return;
    }
    connections += 1;
    const far = connect(target(), '127.0.0.1');
    for (const end of [near, far]) {
      end.setNoDelay(true);
      ends.add(end);
      end.once('close', () => ends.delete(end));
    }
    // What breaks on one side breaks on the other; that it broke is what this is for.
    pipeline(near, treat(near, far), far, () => near.destroy());
    pipeline(far, treat(far, near), near, () => far.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const cut = (): void => reset(...ends);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    rough,
    connections: () => connections,
    /** How often something was reset. */
    resets: () => resets,
    /** Resets every connection; new ones go through. */
    cut,
    /** Resets every connection, and new ones until it is mended. */
    down: (): void => {
      isDown = true;
      cut();
    },
    /** What was held up arrives. */
    thaw: (): void => {
      rough.isFrozen = false;
      for (const resolve of frozen) resolve();
      frozen.clear();
    },
    /** Resets what is there, so that what was held up never arrives; from now on everything goes through. */
    mend(): void {
      cut();
      isDown = false;
      Object.assign(rough, smooth);
      this.thaw();
    },
    async close(): Promise<void> {
      for (const end of ends) end.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
export type RoughLine = Awaited<ReturnType<typeof openRoughLine>>;
