import { getRandomValues } from 'node:crypto';
import { v7 } from 'uuid';

/** Random bytes drawn at once: to ask the system for 16 at a time cost 1.3 µs of the 25 of a command. */
const drawn = new Uint8Array(4_096);
const bytesPerId = 16;
let used = drawn.length;

/** A new UUID, version 7: for commands, of which there are thousands a second. */
export const newId = (): string => {
  if (used === drawn.length) {
    getRandomValues(drawn);
    used = 0;
  }
  used += bytesPerId;
  return v7({ random: drawn.subarray(used - bytesPerId, used) });
};
