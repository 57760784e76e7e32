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
export class Outbox {
  readonly #onRoom: () => void;
  /** Waiting for the transport to be writable, and given to it but not taken by the kernel. */
  #queued = 0;
  #leaving = 0;
  #isClosed = false;
  #waiting: (() => void)[] | null = null;

  /** `onRoom` is called each time that something has left and there is room. */
  constructor(transport: Transport, onRoom: () => void) {
    this.#onRoom = onRoom;
    transport.on('packetCreate', ({ data }: { data?: string | Buffer }) => {
      this.#queued += data?.length ?? 0;
    });
    transport.on('flush', () => {
      this.#leaving += this.#queued;
      this.#queued = 0;
    });
    transport.transport.on('drain', () => this.#hasLeft());
  }

  hasRoom(): boolean {
    return this.#queued + this.#leaving < limits.unsentBytes;
  }

  /** Resolves once there is room, or the transport is closed. */
  async room(): Promise<void> {
    while (!this.#isClosed && !this.hasRoom())
      await new Promise<void>((resolve) => {
        this.#waiting ??= [];
        this.#waiting.push(resolve);
      });
  }

  /** The transport is gone: nobody need wait any more. */
  close(): void {
    this.#isClosed = true;
    this.#tellWaiting();
  }

  #hasLeft(): void {
    this.#leaving = 0;
    if (!this.hasRoom()) return;
    this.#tellWaiting();
    this.#onRoom();
  }

  #tellWaiting(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const settle of waiting) settle();
  }
}
