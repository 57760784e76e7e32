import type { Positioned } from './projection.ts';

/** The documents that were used last, by id; null where it is known that there is none. */
export interface RecentDocuments {
  get(id: string): Positioned | null | undefined;
  set(id: string, document: Positioned | null): void;
  clear(): void;
}

/**
 * Keeps at least this many of those used last, and at most twice as many, in two generations: what is
 * used goes into the young one, and when that is full the old one is forgotten whole. To keep exact
 * order of use instead, by deleting and inserting at each use, cost a sixth of a rebuild's time.
 */
export const createRecentDocuments = (least: number): RecentDocuments => {
  let young = new Map<string, Positioned | null>();
  let old = new Map<string, Positioned | null>();
  const set = (id: string, document: Positioned | null): void => {
    if (young.size >= least && !young.has(id)) {
      old = young;
      young = new Map();
    }
    young.set(id, document);
  };
  return {
    get(id) {
      const document = young.get(id);
      if (document !== undefined) return document;
      const older = old.get(id);
      if (older !== undefined) set(id, older);
      return older;
    },
    set,
    clear() {
      young = new Map();
      old = new Map();
    },
  };
};
