// A server of the delivery bench, as a process of its own: `darkroom FOLDER`, the real delivery on the real log,
// documents and projections in that folder; `plain`, Socket.IO alone; `recovery`, that with connection state recovery.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { Server } from 'socket.io';
import type { Authentication } from '../src/api/authentication.ts';
import { limits } from '../src/api/delivery/limits.ts';
import {
  type ConversationId,
  type EventId,
  type MessageId,
  positionOf,
  type UserId,
} from '../src/events/ids.ts';
import type { JsonObject } from '../src/events/json.ts';
import type { EventLog, NewEvent, SubscribeOptions, SubscriptionItem } from '../src/events/log/eventLog.ts';
import { openSqliteEventLog } from '../src/events/log/sqlite/sqliteEventLog.ts';
import { projections } from '../src/projections/all.ts';
import { openSqliteDocumentStore } from '../src/projections/documents/sqlite/sqliteDocumentStore.ts';
import { openReadModel } from '../src/projections/reading/openReadModel.ts';
import { startProjections } from '../src/projections/runner.ts';
import { openDeliveryServer } from '../test/support/deliveryServer.ts';
import { tellStory } from '../test/support/deliveryStory.ts';
import { answerCalls, now, processorTime } from './deliveryProcess.ts';

/** A person for each client: the token is the name. */
const authentication: Authentication = {
  verify: async (token) => ({
    principal: { id: token as UserId, name: token, roles: ['user'] },
    expiresAt: Date.now() + 3_600_000,
  }),
};
const author = { id: 'user0' as UserId, name: 'user0' };

/** The numbered message, and its bytes: what both sides deliver. */
const messageOf = (number: number, conversationId: ConversationId, metadata: JsonObject) => ({
  messageId: randomUUID() as MessageId,
  conversationId,
  author,
  text: `${number} ${'a lighthouse on a cliff in a storm, '.repeat(5)}`,
  metadata,
  image: null,
});

/** The log as a node sees it that can be kept from what is new, and then has it to catch up with. */
const openGate = (log: EventLog) => {
  let opened = Promise.resolve();
  let open = (): void => {};
  async function* subscribe(options: SubscribeOptions): AsyncGenerator<SubscriptionItem> {
    for await (const item of log.subscribe(options)) {
      await opened;
      yield item;
    }
  }
  return {
    log: { ...log, subscribe },
    hold(): void {
      opened = new Promise((resolve) => {
        open = resolve;
      });
    },
    open: (): void => open(),
  };
};

interface Side {
  readonly url: string;
  /** Conversations of these people. */
  start(people: readonly (readonly string[])[]): Promise<ConversationId[]>;
  /** Resolves with when that was written and acknowledged, or handed to Socket.IO. */
  post(number: number, conversationId: ConversationId, metadata: JsonObject): Promise<number>;
  /** Until everything that was written is in the documents. */
  settled(): Promise<void>;
  /** From now on nothing is delivered. */
  hold?(): void;
  /** It goes on with all that was written. */
  open?(): void;
}

const eventOf = (data: ReturnType<typeof messageOf>): NewEvent => ({
  id: randomUUID() as EventId,
  type: 'MessagePosted',
  data,
  metadata: {
    actor: author,
    correlationId: 'correlation',
    causationId: 'causation',
    at: new Date().toISOString(),
    schema: 1,
    subject: { conversationId: data.conversationId, messageId: data.messageId },
  },
});

const openDarkroom = async (folder: string): Promise<Side> => {
  const log: EventLog = await openSqliteEventLog(join(folder, 'events.db'));
  const documents = await openSqliteDocumentStore(join(folder, 'documents.db'));
  const runner = await startProjections({
    ...{ log, documents, projections },
    onStopped: ({ name, reason }) => {
      throw new Error(`${name} stopped: ${reason}`);
    },
    onTrouble: (cause) => process.emitWarning(String(cause)),
  });
  const readModel = openReadModel(documents, runner, projections);
  const config = { REPLAY_LIMIT: 1_000_000 };
  const gate = openGate(log);
  const { url } = await openDeliveryServer({ log: gate.log, readModel, authentication, config });
  const story = tellStory(log);
  const person = (name: string) => ({ id: name as UserId, name });
  return {
    url,
    start: (people) =>
      Promise.all(people.map(([first = '', ...more]) => story.start(person(first), ...more.map(person)))),
    async post(number, conversationId, metadata) {
      const data = messageOf(number, conversationId, metadata);
      await log.append(`message-${data.messageId}`, 'no_stream', [eventOf(data)]);
      return now();
    },
    settled: async () => readModel.whenProcessed(await log.head(), 120_000),
    hold: gate.hold,
    open: gate.open,
  };
};

const openPlain = async (recovers: boolean): Promise<Side> => {
  const http = createServer();
  const io = new Server(http, {
    ...{ transports: ['websocket'], serveClient: false },
    ...(recovers ? { connectionStateRecovery: {} } : {}),
  });
  io.on('connection', (socket) => {
    socket.on('join', async (room: string, joined: () => void) => {
      await socket.join(room);
      joined();
    });
    // Replay as one would write it first: one event a packet, acknowledged, so many on their way.
    socket.on('replay', async (room: ConversationId, count: number, atOnce: number) => {
      let next = 0;
      const one = async (): Promise<void> => {
        while (next < count) await socket.emitWithAck('event', shown(next++, room, {}));
      };
      await Promise.all(Array.from({ length: atOnce }, one));
    });
  });
  const shown = (number: number, conversationId: ConversationId, metadata: JsonObject) => {
    const { id: _, metadata: about, ...event } = eventOf(messageOf(number, conversationId, metadata));
    const { actor, at, schema, subject } = about;
    return { position: positionOf(BigInt(number)), revision: 0, ...event, actor, at, schema, ...subject };
  };
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  let posted = 0;
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    start: async (people) => people.map(() => randomUUID() as ConversationId),
    async post(number, conversationId, metadata) {
      const at = now();
      io.to(conversationId).emit('event', shown(number, conversationId, metadata));
      posted += 1;
      // What was given to the sockets must get the chance to leave.
      if (posted % 50 === 0) await setImmediate();
      return at;
    },
    settled: async () => {},
  };
};

const [kind, folder = ''] = process.argv.slice(2);
const side = kind === 'darkroom' ? await openDarkroom(folder) : await openPlain(kind === 'recovery');
let conversations: readonly ConversationId[] = [];
const loop = monitorEventLoopDelay({ resolution: 5 });

/** Bytes in use, garbage not counted. */
const memory = (): number => {
  for (let time = 0; time < 3; time += 1) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

export interface Posting {
  readonly from: number;
  readonly count: number;
  /** Whole run in even steps; without it: so many on their way at a time. */
  readonly perSecond?: number;
  readonly atOnce?: number;
  readonly metadataBytes?: number;
}

export const calls = answerCalls({
  processorTime,
  url: () => side.url,
  async start(people: readonly (readonly string[])[]) {
    conversations = await side.start(people);
    await side.settled();
    return conversations;
  },
  /** Posts messages `from`, `from + 1`, … one conversation after the other; resolves with when each was. */
  async post({ from, count, perSecond, atOnce = 500, metadataBytes = 0 }: Posting) {
    const begin = now();
    const times = new Float64Array(count);
    const metadata: JsonObject = metadataBytes === 0 ? {} : { filler: 'x'.repeat(metadataBytes) };
    let next = 0;
    const one = async (): Promise<void> => {
      const index = next++;
      const conversation = conversations[(from + index) % conversations.length];
      if (conversation === undefined) throw new Error('no conversation was started');
      times[index] = await side.post(from + index, conversation, metadata);
    };
    const all: Promise<void>[] = [];
    if (perSecond === undefined)
      for (let line = 0; line < atOnce; line += 1)
        all.push(
          (async () => {
            while (next < count) await one();
          })(),
        );
    else
      while (next < count) {
        while (next < count && next <= ((now() - begin) / 1000) * perSecond) all.push(one());
        await setTimeout(1);
      }
    await Promise.all(all);
    return { begin, times };
  },
  /** Posts to conversations that another node started. */
  adopt(ids: readonly ConversationId[]) {
    conversations = ids;
  },
  settled: side.settled,
  hold: () => side.hold?.(),
  /** Resolves with when that was. */
  open() {
    const at = now();
    side.open?.();
    return at;
  },
  memory,
  watch() {
    loop.reset();
    loop.enable();
  },
  /** The longest block of the event loop since `watch`, in milliseconds. */
  longestBlock: () => loop.max / 1e6,
  /** So many events a batch, at most. */
  batchEvents(most: number) {
    Object.assign(limits, { batchEvents: most });
  },
});
