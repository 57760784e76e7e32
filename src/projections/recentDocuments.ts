import type { Positioned } from './projection.ts';

/** The documents that were used last, by id; null where it is known that there is none. */
export interface RecentDocuments {
  get(id: string): Positioned | null | undefined;
  set(id: string, document: Positioned | null): void;
  clear(): void;
}

/** Keeps at most this many: a Map is in order of insertion, so the first is the one not used longest. */
export const createRecentDocuments = (most: number): RecentDocuments => {
  const documents = new Map<string, Positioned | null>();
  return {
    get(id) {
      const document = documents.get(id);
      if (document === undefined) return undefined;
      documents.delete(id);
      documents.set(id, document);
      return document;
    },
    set(id, document) {
      documents.delete(id);
      documents.set(id, document);
      if (documents.size <= most) return;
      const [oldest] = documents.keys();
      if (oldest !== undefined) documents.delete(oldest);
    },
    clear: () => documents.clear(),
  };
};
