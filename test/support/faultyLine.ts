import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A line to a server on this machine, on which a test does what networks do. */
export const openFaultyLine = async (port: number) => {
  const sockets = new Set<Socket>();
  let isHeld = false;
  let isCut = false;
  let delay = 0;

  const carry = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.on('data', (bytes) => {
      const pass = (): void => {
        if (!isHeld && !to.destroyed) to.write(bytes);
      };
      if (delay === 0) pass();
      else setTimeout(pass, delay);
    });
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    // A reset is what this is for: 'close' follows, and ends the other half.
    from.on('error', () => from.destroy());
  };
  const proxy = createServer((near) => {
    if (isCut) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    carry(near, far);
    carry(far, near);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');

  const reset = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (proxy.address() as AddressInfo).port,
    /** Resets every connection; new ones go through. */
    reset,
    /** Resets every connection, and new ones until it is mended. */
    cut: (): void => {
      isCut = true;
      reset();
    },
    /** Swallows whatever is sent, both ways, with no goodbye: what was swallowed never comes. */
    hold: (): void => {
      isHeld = true;
    },
    /** Has everything come so much later, in milliseconds. */
    slow: (milliseconds: number): void => {
      delay = milliseconds;
    },
    /** Resets what is broken by now, and lets everything through again. */
    mend: (): void => {
      if (isHeld) reset();
      isHeld = false;
      isCut = false;
      delay = 0;
    },
    close: async (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
};
export type FaultyLine = Awaited<ReturnType<typeof openFaultyLine>>;
