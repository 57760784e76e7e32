import { z } from 'zod';
import type { UserId } from '../../events/ids.ts';
import type { DocumentStore } from '../../projections/documents/documentStore.ts';

const kind = 'person';
const record = z.object({ name: z.string() });
/** The longest name that an event takes. */
const longestName = 100;
/** So many are remembered by a process before it forgets them all: then each costs one read more. */
const mostRemembered = 10_000;

/** How people are called, kept beside the log: a token tells it, and nobody else knows. */
export interface People {
  /** Keeps a person's name where it is new or another than before. */
  remember(person: { readonly id: UserId; readonly name: string }): Promise<void>;
  /** Their id where nobody has told their name yet. */
  nameOf(id: UserId): Promise<string>;
}

export const people = (documents: Pick<DocumentStore, 'readRecord' | 'writeRecord'>): People => {
  const remembered = new Map<UserId, string>();
  return {
    async remember({ id, name }) {
      if (remembered.get(id) === name) return;
      for (;;) {
        const kept = await documents.readRecord(kind, id);
        if (record.safeParse(kept?.value).data?.name === name) break;
        if ((await documents.writeRecord(kind, id, kept?.version ?? null, { name })) === 'written') break;
      }
      if (remembered.size >= mostRemembered) remembered.clear();
      remembered.set(id, name);
    },
    async nameOf(id) {
      const kept = await documents.readRecord(kind, id);
      return record.safeParse(kept?.value).data?.name ?? id.slice(0, longestName).toWellFormed();
    },
  };
};
