import { limits } from './limits.ts';

/**
 * When a client is to come back to a server that stops, in milliseconds. Reconnects at once would attack the
 * server that comes up next; so each client is told another time, and the more they are, the longer they are spread.
 */
export const comeBackAfterMs = (connections: number, random: () => number = Math.random): number =>
  Math.round(random() * Math.min(limits.mostSpreadMs, Math.max(limits.leastSpreadMs, connections)));
