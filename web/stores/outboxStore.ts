import { createStore, type StoreApi } from 'zustand/vanilla';
import { ApiProblem, type DarkroomApi } from '../../src/client/client.ts';
import { type ConversationId, type MessageId, messageId } from '../../src/events/ids.ts';
import { type Explanation, explain } from '../text/problem.ts';
import type { WantedImage } from './imageOptions.ts';

/** A message between the Enter key and the conversation. */
export interface Outgoing {
  /** Made here, so that sending it again is the same message. */
  readonly messageId: MessageId;
  readonly conversationId: ConversationId;
  readonly text: string;
  readonly image: WantedImage | null;
  readonly state: 'sending' | 'failed';
  readonly problem: Explanation | null;
}

interface OutboxState {
  readonly entries: readonly Outgoing[];
}

export interface Outbox {
  readonly store: StoreApi<OutboxState>;
  /** Rejects with the server's problem where it refused the message as invalid: then the composer says so. */
  send(input: { conversationId: ConversationId; text: string; image: WantedImage | null }): Promise<void>;
  resend(id: MessageId): Promise<void>;
  discard(id: MessageId): void;
  /** Those that the conversation holds by now needn't be shown twice. */
  arrived(ids: ReadonlySet<MessageId>): void;
}

/** Messages of one conversation go out one after another, so that they arrive in the order of typing. */
export const createOutbox = (api: Pick<DarkroomApi, 'postMessage'>): Outbox => {
  const store = createStore<OutboxState>()(() => ({ entries: [] }));
  const lines = new Map<ConversationId, Promise<void>>();

  const change = (id: MessageId, news: Partial<Outgoing>): void =>
    store.setState(({ entries }) => ({
      entries: entries.map((entry) => (entry.messageId === id ? { ...entry, ...news } : entry)),
    }));
  const discard = (id: MessageId): void =>
    store.setState(({ entries }) => ({ entries: entries.filter((entry) => entry.messageId !== id) }));

  const post = async ({ messageId: id, conversationId, text, image }: Outgoing): Promise<void> => {
    try {
      await api.postMessage(conversationId, { messageId: id, text, ...(image === null ? {} : { image }) });
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'invalid_input') {
        discard(id);
        throw error;
      }
      change(id, { state: 'failed', problem: explain(error, 'This message was not sent') });
    }
  };

  const line = (entry: Outgoing): Promise<void> => {
    const before = lines.get(entry.conversationId) ?? Promise.resolve();
    const sending = before.then(() => post(entry));
    lines.set(
      entry.conversationId,
      sending.catch(() => undefined), // told to whoever sent it; the next in line goes on
    );
    return sending;
  };

  return {
    store,
    send: ({ conversationId, text, image }) => {
      const entry: Outgoing = {
        messageId: messageId.parse(crypto.randomUUID()),
        conversationId,
        text,
        image,
        state: 'sending',
        problem: null,
      };
      store.setState(({ entries }) => ({ entries: [...entries, entry] }));
      return line(entry);
    },
    resend: async (id) => {
      const entry = store.getState().entries.find((candidate) => candidate.messageId === id);
      if (entry === undefined) return;
      change(id, { state: 'sending', problem: null });
      await line(entry);
    },
    discard,
    arrived: (ids) => {
      if (store.getState().entries.some((entry) => ids.has(entry.messageId)))
        store.setState(({ entries }) => ({ entries: entries.filter((entry) => !ids.has(entry.messageId)) }));
    },
  };
};
