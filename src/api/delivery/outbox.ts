import type { Socket } from 'socket.io';
import { limits } from './limits.ts';

/** The transport under a socket. */
export type Transport = Socket['conn'];

/**
 * What was said to a client and hasn't left our memory. Socket.IO has no backpressure (facts/realtime.md):
 * a reader that stalls grows the server without bound, so nothing large is read or sent beyond a limit.
 * Our windows count what is unacknowledged; this counts snapshots too, and a client that subscribes again and
 * again without reading anything.
 */
export const createOutbox = (transport: Transport) => {
  /** Waiting for the transport to be writable, and given to it but not taken by the kernel. */
  let queued = 0;
  let leaving = 0;
  let closed = false;
  const waiting: (() => void)[] = [];
  const hasRoom = (): boolean => queued + leaving < limits.unsentBytes;
  let onRoom = (): void => {};

  const tellWaiting = (): void => {
    for (const settle of waiting.splice(0)) settle();
  };
  transport.on('packetCreate', ({ data }: { data?: string | Buffer }) => {
    queued += data?.length ?? 0;
  });
  transport.on('flush', () => {
    leaving += queued;
    queued = 0;
  });
  transport.transport.on('drain', () => {
    leaving = 0;
    if (!hasRoom()) return;
    tellWaiting();
    onRoom();
  });
  transport.once('close', () => {
    closed = true;
    tellWaiting();
  });

  return {
    hasRoom,
    /** Resolves once there is room, or the transport is closed. */
    room: async (): Promise<void> => {
      while (!closed && !hasRoom()) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    /** Called each time that something has left and there is room. */
    onRoom(listener: () => void): void {
      onRoom = listener;
    },
  };
};

export type Outbox = ReturnType<typeof createOutbox>;
