import { z } from 'zod';
import { type ConversationId, logId, position } from '../events/ids.ts';
import { conversations } from '../projections/conversations.ts';
import { messages } from '../projections/messages.ts';
import type { Conversation, Message } from '../projections/model.ts';
import type { ConversationState } from './conversationState.ts';
import type { Cursor } from './cursor.ts';
import { inPages, listOf } from './messagePages.ts';
import { parsed } from './parsed.ts';
import type { ClientStorage } from './storage.ts';

/*
 * A cursor says: everything up to here is in what I hold. Kept without what it was said of it would be a
 * lie, for the next program holds nothing; so both are kept as one text, written at once. It may be written
 * late: then both are old together, and more is replayed. It is never written before the events are applied.
 */

/** Written by other reducers it might lack what these expect: it is passed over, and a snapshot asked for. */
const model = `${conversations.version}.${messages.version}`;

/** As many messages as a snapshot has; older ones are fetched when they are asked for. */
const mostMessages = 50;
/** Of how many conversations a state is kept; the one that was written longest ago goes. */
const mostStates = 50;
const atMostEvery = 1_000;

/** A state as it is written. */
interface WrittenState {
  readonly conversation: Conversation;
  readonly messages: readonly Message[];
  readonly hasOlder: boolean;
}

const kept = z.object({
  logId,
  through: position,
  at: z.number(),
  state: z.custom<WrittenState>((value) => typeof value === 'object' && value !== null),
});

export interface KeptState {
  readonly cursor: Cursor;
  readonly state: ConversationState;
}

/** Keeps one conversation. */
export interface StateKeeping {
  load(): Promise<KeptState | null>;
  /** Soon; the newest counts. */
  keep(state: KeptState): void;
  /** It is no longer for this person to see. */
  forget(): void;
  /** Writes what is still to be written. */
  close(): void;
}

const toWrite = ({ conversation, pages, hasOlder }: ConversationState): WrittenState => {
  const all = listOf(pages);
  return {
    conversation,
    messages: all.slice(-mostMessages),
    hasOlder: hasOlder || all.length > mostMessages,
  };
};

const fromWritten = ({ conversation, messages: written, hasOlder }: WrittenState): ConversationState => ({
  conversation,
  pages: inPages(written),
  hasOlder,
});

const removeOldest = async (storage: ClientStorage, prefix: string): Promise<void> => {
  const entries = await storage.entries(prefix);
  const writtenAt = (text: string) => kept.pick({ at: true }).safeParse(parsed(text)).data?.at ?? 0;
  const tooMany = entries
    .map(([key, text]) => ({ key, at: writtenAt(text) }))
    .toSorted((a, b) => b.at - a.at)
    .slice(mostStates);
  for (const { key } of tooMany) await storage.remove(key);
};

export const createStateKeeping = (
  storage: ClientStorage,
  prefix: string,
  id: ConversationId,
  onTrouble: (cause: unknown) => void,
): StateKeeping => {
  const key = `${prefix}${model}/${id}`;
  let newest: KeptState | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let isFirst = true;
  let before: Promise<void> = Promise.resolve();

  const inTurn = (act: () => Promise<void>) => {
    before = before.then(act).catch(onTrouble);
  };
  const write = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (newest === null) return;
    const { cursor, state } = newest;
    newest = null;
    const text = JSON.stringify({ ...cursor, at: Date.now(), state: toWrite(state) });
    inTurn(async () => {
      await storage.set(key, text);
      if (isFirst) await removeOldest(storage, prefix);
      isFirst = false;
    });
  };

  return {
    load: async () => {
      try {
        const [, text] = (await storage.entries(key)).find(([found]) => found === key) ?? [];
        const found = text === undefined ? undefined : kept.safeParse(parsed(text)).data;
        if (found === undefined) return null;
        return { cursor: { logId: found.logId, through: found.through }, state: fromWritten(found.state) };
      } catch (cause) {
        onTrouble(cause);
        return null;
      }
    },
    keep: (state) => {
      newest = state;
      timer ??= setTimeout(write, atMostEvery);
    },
    forget: () => {
      newest = null;
      inTurn(async () => storage.remove(key));
    },
    close: write,
  };
};
