import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createConversationScope } from '../../../src/client/conversationScope.ts';
import type { Line } from '../../../src/client/scopeTarget.ts';
import { createStateKeeping } from '../../../src/client/stateKeeping.ts';
import { memoryStorage } from '../../../src/client/storage.ts';
import type { EventBatch, SubscribeAnswer, SubscribeRequest } from '../../../src/client/wire.ts';
import { type LogId, startOfLog } from '../../../src/events/ids.ts';
import { conversationNumber, messageNumber, openHistory, orderOf } from '../../support/happened.ts';
import { scriptedLog } from '../../support/scriptedServer.ts';
import { batchOf, foldAll, snapshotOf } from '../../support/scriptedServerBatches.ts';

/*
 * One conversation over a line that loses, doubles and reorders, with a server that goes away and comes
 * back, perhaps with another log, and a program that ends and is started anew with what it kept. At every
 * moment what is shown is the fold of the log up to the cursor, and once the line is whole, of all of it.
 */

const id = conversationNumber(1);

/** The id of another log each time: no two logs ever share theirs. */
const logNumber = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}` as LogId;

/** A log of the conversation, to which something can always be added. */
const openLog = (logId: LogId) => {
  const history = openHistory();
  history.starts(1);
  let asked = 0;
  const add = (what: number): void => {
    const n = 1 + (what % Math.max(1, asked));
    if (what % 3 === 0 || asked === 0) {
      asked += 1;
      const queued = history.asks(asked) && history.queued(asked);
      const order = orderOf(queued);
      history.job(asked, { type: 'JobStarted', data: { worker: 'w', engine: 'sketch', attempt: 1, order } });
    } else if (what % 3 === 1)
      history.message(n, { type: 'MessageEdited', data: { text: `edit ${history.events.length}` } });
    else history.conversation(1, { type: 'ConversationRenamed', data: { title: `title ${what}` } });
  };
  return { logId, events: history.events, add };
};

type Sent =
  | {
      readonly kind: 'answer';
      readonly answer: SubscribeAnswer;
      readonly tell: (answer: SubscribeAnswer) => void;
    }
  | { readonly kind: 'batch'; readonly batch: EventBatch };

/** The server with the line to it. `behind`: so many events documents are newer than their snapshot says. */
const openWorld = (behind: number) => {
  let log = openLog(scriptedLog);
  let logs = 1;
  let isConnected = false;
  /** Up to which event the subscription has been served; null: there is none. */
  let served: number | null = null;
  let wire: Sent[] = [];

  const answerTo = ({ after, logId }: SubscribeRequest): SubscribeAnswer => {
    const { events } = log;
    if (after !== undefined && logId === log.logId) {
      const missed = events.findIndex(({ position }) => position > after);
      served = missed < 0 ? events.length : missed;
      const until = events.at(-1)?.position ?? startOfLog;
      return { ok: true, mode: 'replay', from: after, until, logId: log.logId };
    }
    served = Math.max(2, events.length - behind);
    const position = events[served - 1]?.position ?? startOfLog;
    const mode = after === undefined ? 'snapshot' : 'reset';
    return { ...snapshotOf(events, { mode, logId: log.logId }), position } as SubscribeAnswer;
  };
  const line: Line = {
    get isConnected() {
      return isConnected;
    },
    subscribe: (request, tell) => {
      wire.push({ kind: 'answer', answer: answerTo(request), tell });
      setTimeout(() => tell(null), 10_000);
    },
    unsubscribe: () => undefined,
  };

  const storage = memoryStorage();
  const trouble = (cause: unknown) => {
    throw cause;
  };
  const open = () =>
    createConversationScope(id, {
      ...{ line, timing: { tickMs: 15_000, retryMs: 500 } },
      ...{ fetchMessages: vi.fn(), isMissing: async () => true, onConversation: () => undefined },
      keeping: createStateKeeping(storage, 'states/', id, trouble),
    });
  let scope = open();

  const take = (index: number): Sent | undefined => wire.splice(index % Math.max(1, wire.length), 1)[0];
  const hand = (sent: Sent | undefined) => {
    if (sent?.kind === 'answer') sent.tell(sent.answer);
    else if (sent?.kind === 'batch') scope.follower.receive(sent.batch, () => undefined);
  };
  const send = (count: number) => {
    if (served === null || !isConnected) return;
    const end = Math.min(log.events.length, served + count);
    wire.push({ kind: 'batch', batch: batchOf(log.events, served, end, end === log.events.length) });
    served = end;
  };
  const cut = () => {
    if (!isConnected) return;
    isConnected = false;
    served = null;
    wire = [];
    scope.follower.disconnected();
  };
  const connect = () => {
    if (isConnected) return;
    isConnected = true;
    scope.follower.connected();
  };

  return {
    add: (what: number) => log.add(what),
    send,
    deliver: (index: number) => hand(take(index)),
    drop: (index: number) => void take(index),
    double: (index: number) => {
      const sent = wire[index % Math.max(1, wire.length)];
      if (sent !== undefined) wire.splice(index % wire.length, 0, sent);
    },
    cut,
    connect,
    /** The line is as good as cut, and nobody is told. */
    fallSilent: () => {
      served = null;
      wire = [];
    },
    /** A backup was restored, say: another log, which has nothing to do with the one before. */
    changeLog: () => {
      cut();
      logs += 1;
      log = openLog(logNumber(logs));
    },
    /** The program ends, in order or by a crash, and is started anew. */
    restart: async (isCrash: boolean) => {
      cut();
      if (isCrash) scope.follower.close();
      else scope.close();
      await vi.advanceTimersByTimeAsync(0);
      scope = open();
      await scope.restored;
    },
    shown: () => scope.store.state,
    cursor: () => scope.follower.cursor,
    log: () => log,
    /** Nothing of it goes on in the time of the next one. */
    end: () => {
      scope.close();
      vi.clearAllTimers();
    },
    deliverAll: () => {
      while (wire.length > 0) hand(take(0));
    },
  };
};
type World = ReturnType<typeof openWorld>;

const heldOf = ({ shown }: World) => {
  const { conversation, messages } = shown();
  return { conversation, messages: [...messages].reverse() };
};
const foldOf = (events: Parameters<typeof foldAll>[0]) => {
  const { conversation, messages } = foldAll(events);
  return { conversation, messages };
};

const number = fc.nat(50);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('add' as const), with: number }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('send' as const), with: fc.integer({ min: 0, max: 4 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('deliver' as const), with: fc.constantFrom(0, 0, 0, 1, 2) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('drop' as const, 'double' as const), with: number }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('time' as const), with: fc.integer({ max: 40_000, min: 0 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('cut' as const, 'fallSilent' as const, 'changeLog' as const),
      with: number,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('connect' as const), with: number }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), with: number }) },
);

const run = async (world: World, one: { readonly do: string; readonly with: number }): Promise<void> => {
  if (one.do === 'time') await vi.advanceTimersByTimeAsync(one.with);
  else if (one.do === 'restart') await world.restart(one.with % 2 === 0);
  else if (one.do === 'cut' || one.do === 'fallSilent' || one.do === 'connect' || one.do === 'changeLog')
    world[one.do]();
  else if (one.do === 'add' || one.do === 'send' || one.do === 'deliver') world[one.do](one.with);
  else if (one.do === 'drop' || one.do === 'double') world[one.do](one.with);
};

/**
 * The line is whole: everything arrives, and the server tells at each tick where it is. What is asked for
 * between two ticks is answered within a second: an answer later than 10 s would be one that was lost.
 */
const heal = async (world: World): Promise<void> => {
  world.connect();
  for (let ticks = 0; ticks < 6; ticks += 1) {
    world.deliverAll();
    world.send(100);
    for (let seconds = 0; seconds < 15; seconds += 1) {
      world.deliverAll();
      await vi.advanceTimersByTimeAsync(1_000);
    }
  }
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('is the fold of the log at every moment, and of all of it in the end, whatever the line does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const world = openWorld(0);
      world.connect();
      const logs = new Map<LogId, ReturnType<World['log']>>();
      for (const one of steps) {
        await run(world, one);
        logs.set(world.log().logId, world.log());
        const cursor = world.cursor();
        const log = cursor === null ? undefined : logs.get(cursor.logId);
        if (cursor === null || log === undefined || log !== world.log()) continue;
        expect(heldOf(world)).toEqual(
          foldOf(log.events.filter(({ position }) => position <= cursor.through)),
        );
      }
      await heal(world);
      expect(heldOf(world)).toEqual(foldOf(world.log().events));
      expect(world.shown().view).toBe('live');
      world.end();
    }),
    { numRuns: 1_000 },
  );
});

it('is the fold of the log in the end, also where snapshots hold more than they say', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      async (steps, behind) => {
        const world = openWorld(behind);
        world.connect();
        for (const one of steps) await run(world, one);
        await heal(world);
        expect(heldOf(world)).toEqual(foldOf(world.log().events));
        world.end();
      },
    ),
    { numRuns: 500 },
  );
});

it('shows a message once, which was kept, is in the snapshot, and is told of by a late event', async () => {
  const world = openWorld(3);
  world.add(0);
  world.connect();
  world.deliverAll();
  await world.restart(false);
  await heal(world);
  expect(world.shown().messages.map(({ messageId }) => messageId)).toEqual([messageNumber(1)]);
  world.end();
});
