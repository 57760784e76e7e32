// The clients of the delivery bench, as a process of their own.
import { setTimeout } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { connect, memoryStorage } from '../src/client/index.ts';
import type { ConversationId, UserId } from '../src/events/ids.ts';
import { answerCalls, now, processorTime } from './deliveryProcess.ts';

/** One client of one conversation: the numbers of the messages that it has applied, in order, and when. */
interface Client {
  readonly numbers: number[];
  readonly times: number[];
  isReady(): boolean;
  /** Loses its connection, as it would on a bad line. */
  drop(): void;
  comeBack(): void;
  replay(messages: number): void;
}

export interface Wanted {
  readonly kind: 'library' | 'bare';
  readonly url: string;
  /** For each conversation, who is in it: a client each. */
  readonly people: readonly (readonly string[])[];
  readonly conversations: readonly ConversationId[];
  /** Those of this conversation and later ones connect now. */
  readonly first?: number;
  /** Whether they keep what they hold, to go on from there when they come back. */
  readonly keep?: boolean;
}

const numberOf = (text: string): number => Number.parseInt(text, 10);

/** The client library, as a chat program would use it; another program that goes on, each time it comes back. */
const openLibrary = (url: string, id: ConversationId, name: string, keep: boolean): Client => {
  const numbers: number[] = [];
  const times: number[] = [];
  const kept = keep ? { stateStorage: memoryStorage() } : {};
  const session = { token: name, user: { id: name as UserId, name, roles: ['user'] } };
  let newest = '';
  const open = () => {
    const client = connect({ url, session, ...kept });
    const conversation = client.conversation(id);
    conversation.on('change', ({ messages }) => {
      const at = now();
      const begin = messages.findLastIndex(({ postedPosition }) => postedPosition <= newest) + 1;
      for (const { text, postedPosition } of messages.slice(begin)) {
        numbers.push(numberOf(text));
        times.push(at);
        newest = postedPosition;
      }
    });
    return { isReady: () => conversation.state.view === 'live', close: client.close };
  };
  let client = open();
  return {
    numbers,
    times,
    isReady: () => client.isReady(),
    drop: () => client.close(),
    comeBack: () => {
      client = open();
    },
    replay: () => undefined,
  };
};

/** Socket.IO's own client. */
const openBare = (url: string, id: ConversationId): Client => {
  const numbers: number[] = [];
  const times: number[] = [];
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false });
  let joined = false;
  socket.on('connect', () => {
    if (!socket.recovered) socket.emit('join', id, () => (joined = true));
  });
  socket.on('event', ({ data }: { data: { text: string } }, acknowledge?: unknown) => {
    numbers.push(numberOf(data.text));
    times.push(now());
    // With connection state recovery an offset comes in its place.
    if (typeof acknowledge === 'function') acknowledge();
  });
  return {
    numbers,
    times,
    isReady: () => joined && socket.connected,
    drop: () => socket.io.engine.close(),
    comeBack: () => socket.connect(),
    replay: (messages) => socket.emit('replay', id, messages, 200),
  };
};

const clients: { readonly conversation: number; readonly client: Client }[] = [];
let conversationCount = 1;

const until = async (isSo: () => boolean, what: () => string): Promise<void> => {
  const begin = now();
  while (!isSo()) {
    if (now() - begin > 120_000) throw new Error(`waited for in vain: ${what()}`);
    await setTimeout(5);
  }
};
const total = (): number => clients.reduce((sum, { client }) => sum + client.numbers.length, 0);

/** Messages from `from` on, which were posted to one conversation after the other. */
export interface Expected {
  readonly from: number;
  readonly count: number;
  /** Of this client alone. */
  readonly only?: number;
}

/** What each client applied of them. @throws where it isn't exactly those of its conversation, each once, in order */
const applied = ({ from, count, only }: Expected) => {
  const asked = only === undefined ? clients : clients.slice(only, only + 1);
  return asked.map(({ conversation, client }) => {
    const first = client.numbers.findIndex((number) => number >= from);
    const numbers = first < 0 ? [] : client.numbers.slice(first);
    const wanted = Array.from({ length: count }, (_, index) => from + index).filter(
      (number) => number % conversationCount === conversation,
    );
    const wrong = wanted.findIndex((number, index) => numbers[index] !== number);
    if (wrong >= 0 || numbers.length !== wanted.length)
      throw new Error(`a client applied ${numbers.length} of ${wanted.length}, wrong from ${wrong} on`);
    return { numbers, times: client.times.slice(first) };
  });
};

export const calls = answerCalls({
  processorTime,
  async connect({ kind, url, people, conversations, first = 0, keep = false }: Wanted) {
    conversationCount = conversations.length;
    for (const [conversation, id] of conversations.entries()) {
      if (conversation < first) continue;
      for (const name of people[conversation] ?? []) {
        const client = kind === 'library' ? openLibrary(url, id, name, keep) : openBare(url, id);
        clients.push({ conversation, client });
      }
      await setTimeout(1);
    }
    const isReady = () => clients.every(({ client }) => client.isReady());
    await until(isReady, () => 'all clients are connected');
  },
  /** Until all clients together have applied so many messages. */
  untilTotal: (wanted: number) =>
    until(
      () => total() >= wanted,
      () => `${wanted} messages, now ${total()}`,
    ),
  total,
  /** How long after each was posted it was applied, at every client, ascending; and when the last was. */
  delays({ from, times }: { readonly from: number; readonly times: Float64Array }) {
    const found = applied({ from, count: times.length });
    const delays = found.flatMap((client) =>
      client.times.map((at, index) => at - (times[(client.numbers[index] ?? 0) - from] ?? Number.NaN)),
    );
    const end = found.reduce((last, client) => Math.max(last, client.times.at(-1) ?? 0), 0);
    return { delays: Float64Array.from(delays).sort(), end };
  },
  /** When each client had all of them, ascending. */
  complete: (expected: Expected) =>
    Float64Array.from(applied(expected), ({ times }) => times.at(-1) ?? Number.NaN).sort(),
  /** When anything was applied last. */
  lastAt: () => clients.reduce((last, { client }) => Math.max(last, client.times.at(-1) ?? 0), 0),
  drop() {
    for (const { client } of clients) client.drop();
  },
  /** All at once, or one; resolves with when that began. */
  comeBack(only?: number) {
    const begin = now();
    for (const { client } of only === undefined ? clients : clients.slice(only, only + 1)) client.comeBack();
    return begin;
  },
  /** Has a plain server send so many messages again, one a packet. */
  replay(messages: number) {
    const begin = now();
    for (const { client } of clients) client.replay(messages);
    return begin;
  },
});
