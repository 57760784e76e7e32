import { limits } from './limits.ts';
import type { Transport } from './outbox.ts';

/** A bucket of tokens: true while there are some. It holds `burst` and fills by `perSecond`. */
export const createFloodGate = (perSecond: number, burst: number, now: () => number) => {
  let tokens = burst;
  let filledAt = now();
  return (): boolean => {
    const time = now();
    tokens = Math.min(burst, tokens + ((time - filledAt) * perSecond) / 1000);
    filledAt = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
};

const clock = (): number => performance.now();

/** The packet type of an acknowledgement in Socket.IO's protocol: there are only as many as we asked for. */
const acknowledgement = '3';

/**
 * Closes a transport that sends without end: before it has signed in, too, and whatever it sends, for
 * also what is refused is answered, and answers to a client that doesn't read fill our memory.
 */
export const guardTransport = (transport: Transport, burst: number, onFlood: () => void): void => {
  const mayPass = createFloodGate(limits.inboundPerSecond, burst, clock);
  transport.on('packet', ({ type, data }: { type: string; data?: unknown }) => {
    const isAcknowledgement = typeof data === 'string' && data.startsWith(acknowledgement);
    if (type !== 'message' || isAcknowledgement || mayPass()) return;
    onFlood();
    transport.close(true);
  });
};
