import { v7 } from 'uuid';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { ApiProblem } from '../../src/client/client.ts';
import type { Outbox as ClientOutbox, Outgoing as Waiting } from '../../src/client/outbox.ts';
import { type ConversationId, type MessageId, messageId } from '../../src/events/ids.ts';
import { type Explanation, explain } from '../text/problem.ts';
import type { WantedImage } from './imageOptions.ts';

/** A message between the Enter key and the conversation. */
export interface Outgoing {
  readonly messageId: MessageId;
  readonly conversationId: ConversationId;
  readonly text: string;
  readonly state: 'sending' | 'failed';
  readonly problem: Explanation | null;
}

interface OutboxState {
  readonly entries: readonly Outgoing[];
}

export interface Outbox {
  readonly store: StoreApi<OutboxState>;
  /**
   * Resolves with whether it was accepted; why not is shown with the message. Rejects where there is no
   * message to show: the server refused it as invalid (then the composer says so), or too many wait.
   */
  send(input: { conversationId: ConversationId; text: string; image: WantedImage | null }): Promise<boolean>;
  resend(id: MessageId): Promise<void>;
  discard(id: MessageId): void;
  /** Those that the conversation holds by now needn't be shown twice. */
  arrived(ids: ReadonlySet<MessageId>): void;
  close(): void;
}

const shown = ({ command, refusal }: Waiting): Outgoing[] =>
  command.kind !== 'post'
    ? []
    : [
        {
          messageId: command.messageId,
          conversationId: command.conversationId,
          text: command.text,
          state: refusal === null ? 'sending' : 'failed',
          problem: refusal === null ? null : explain(refusal, 'This message was not sent'),
        },
      ];

/** What the client's outbox holds of messages, and those that are accepted and not in the conversation yet. */
export const createOutbox = (outbox: ClientOutbox): Outbox => {
  let accepted: readonly Outgoing[] = [];
  const store = createStore<OutboxState>()(() => ({ entries: outbox.state.flatMap(shown) }));
  const show = () => store.setState({ entries: [...accepted, ...outbox.state.flatMap(shown)] });
  const stop = outbox.on('change', show);

  const find = (id: MessageId) =>
    outbox.state.find(({ command }) => command.kind === 'post' && command.messageId === id);
  const discard = (id: MessageId): void => {
    const found = find(id);
    if (found !== undefined) outbox.discard(found.id);
  };

  const settled = async (id: MessageId, answer: Promise<unknown>): Promise<boolean> => {
    const sent = store.getState().entries.find((entry) => entry.messageId === id);
    try {
      await answer;
      if (sent !== undefined) accepted = [...accepted, sent];
      show();
      return true;
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code === 'outbox_full') throw error;
      if (error.code === 'invalid_input') {
        discard(id);
        throw error;
      }
      return false;
    }
  };

  return {
    store,
    send: ({ conversationId, text, image }) => {
      const id = messageId.parse(v7());
      const more = image === null ? {} : { image };
      const answer = outbox.send<'post'>({ kind: 'post', conversationId, messageId: id, text, ...more });
      show();
      return settled(id, answer);
    },
    resend: async (id) => {
      const found = find(id);
      if (found === undefined) return;
      const answer = outbox.resend(found.id);
      show();
      await settled(id, answer);
    },
    discard,
    arrived: (ids) => {
      const left = accepted.filter((entry) => !ids.has(entry.messageId));
      if (left.length === accepted.length) return;
      accepted = left;
      show();
    },
    close: stop,
  };
};
