/** A seeded source of numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** 0 up to but not including 1. */
  next(): number;
  between(low: number, high: number): number;
  /** A whole number, both ends included. */
  integer(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** Around 0, never beyond ±3; two in three lie within ±0.7. */
  bell(): number;
  /**
   * A source of its own for one part of the picture. It depends only on the seed and the name, not on how
   * many numbers were drawn before, so a change to the clouds doesn't move the mountains.
   */
  branch(name: string): Random;
}

/** 32 bits of a text: FNV-1a, then murmur3's last mixing, because FNV alone leaves the high bits of short texts alike. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Mulberry32: one word of state and passes the usual tests of small generators; plenty for brush strokes. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    pick: (choices) => choices[Math.floor(next() * choices.length)] ?? choices[0],
    bell: () => next() + next() + next() + next() + next() + next() - 3,
    branch: (name) => createRandom(hashText(`${seed >>> 0}/${name}`)),
  };
}
