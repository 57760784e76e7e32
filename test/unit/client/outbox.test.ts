import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem } from '../../../src/client/client.ts';
import type { Command, CommandOf } from '../../../src/client/command.ts';
import type { Attempt } from '../../../src/client/http.ts';
import { createOutbox, type OpenOutbox } from '../../../src/client/outbox.ts';
import { createOutboxKeeping } from '../../../src/client/outboxKeeping.ts';
import { type ClientStorage, memoryStorage } from '../../../src/client/storage.ts';
import { conversationNumber, messageNumber } from '../../support/happened.ts';

const post = (n: number, conversation = 1): CommandOf<'post'> => ({
  kind: 'post',
  conversationId: conversationNumber(conversation),
  messageId: messageNumber(n),
  text: `message ${n}`,
});
const problem = (status: number, code: string) => new ApiProblem(status, code, code, code, null, []);
const refused = (status: number, code: string): Attempt<unknown> => ({
  problem: problem(status, code),
  pause: null,
});
const noAnswer = refused(0, 'network');
const noTrouble = (cause: unknown) => {
  throw cause;
};

/** A server that does each command once by its key; `fault` decides what else becomes of an attempt. */
const openServer = () => {
  const done: string[] = [];
  const answers = new Map<string, unknown>();
  const keys: string[] = [];
  const server = {
    done,
    keys,
    fault: (_: Command): Attempt<unknown> | 'answer lost' | null => null,
    attempt: async (command: Command, key: string): Promise<Attempt<unknown>> => {
      keys.push(key);
      const fault = server.fault(command);
      if (fault !== null && fault !== 'answer lost') return fault;
      if (!answers.has(key)) {
        answers.set(key, { message: command.kind === 'post' && command.text });
        if (command.kind === 'post') done.push(command.text);
      }
      return fault === null ? { answer: answers.get(key) } : noAnswer;
    },
  };
  return server;
};

const openAll: OpenOutbox[] = [];
const open = (
  { attempt }: Pick<ReturnType<typeof openServer>, 'attempt'>,
  {
    storage = memoryStorage(),
    limit = 100,
    onTrouble = noTrouble,
  }: {
    storage?: ClientStorage;
    limit?: number;
    onTrouble?: (cause: unknown) => void;
  } = {},
) => {
  const keeping = createOutboxKeeping(storage, 'outbox/', onTrouble);
  const outbox = createOutbox({ keeping, attempt, limit, retryMs: 100 });
  openAll.push(outbox);
  return outbox;
};

/** So long that every pause is over. */
const later = () => vi.advanceTimersByTimeAsync(60_000);
const texts = (outbox: OpenOutbox) =>
  outbox.state.map(({ command }) => (command.kind === 'post' ? command.text : command.kind));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const outbox of openAll.splice(0)) outbox.close();
  vi.useRealTimers();
});

describe('the outbox', () => {
  it('sends what is done in a conversation in that order, each after the answer to the one before', async () => {
    const server = openServer();
    let underWay = 0;
    const outbox = open({
      attempt: async (command, key) => {
        underWay += 1;
        expect(underWay).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, server.done.length === 0 ? 500 : 1));
        underWay -= 1;
        return server.attempt(command, key);
      },
    });
    const all = Promise.all([1, 2, 3].map((n) => outbox.send<'post'>(post(n))));
    await later();
    await all;
    expect(server.done).toEqual(['message 1', 'message 2', 'message 3']);
    expect(outbox.state).toEqual([]);
  });

  it('lets no conversation wait for another', async () => {
    const server = openServer();
    server.fault = ({ conversationId }) => (conversationId === conversationNumber(1) ? noAnswer : null);
    const outbox = open(server);
    outbox.send<'post'>(post(1, 1)).catch(() => undefined);
    await outbox.send<'post'>(post(2, 2));
    expect(server.done).toEqual(['message 2']);
  });

  it.each<[string, Attempt<unknown> | 'answer lost']>([
    ['that got no answer', noAnswer],
    ['whose answer was lost', 'answer lost'],
    ['that is under way already', refused(409, 'request_in_progress')],
    ['for which it is too early', refused(429, 'rate_limited')],
    ['that came while the sign-in was over', refused(401, 'token_expired')],
    ['that the server could not take', refused(503, 'unavailable')],
    ['that a sign-in page of the network took for itself', refused(200, 'unexpected_answer')],
  ])('sends a command %s again under its key, until it is answered', async (_, fault) => {
    const server = openServer();
    server.fault = () => (server.keys.length < 15 ? fault : null);
    const outbox = open(server);
    const posted = outbox.send<'post'>(post(1));
    await vi.advanceTimersByTimeAsync(300_000);
    expect(await posted).toEqual({ message: 'message 1' });
    expect(server.keys).toHaveLength(15);
    expect(new Set(server.keys).size).toBe(1);
    expect(server.done).toEqual(['message 1']);
  });

  it('tells who sent it that the server refuses, keeps why, and goes on with the next', async () => {
    const server = openServer();
    server.fault = (command) =>
      command.kind === 'post' && command.text === 'message 1' ? refused(409, 'conversation_archived') : null;
    const outbox = open(server);
    const [first, second] = [outbox.send<'post'>(post(1)), outbox.send<'post'>(post(2))];
    await expect(first).rejects.toMatchObject({ code: 'conversation_archived' });
    await second;
    expect(server.done).toEqual(['message 2']);
    expect(outbox.state).toMatchObject([{ refusal: { code: 'conversation_archived' } }]);
  });

  it('gives up what the server breaks down on again and again, so that the next has its turn', async () => {
    const server = openServer();
    server.fault = (command) =>
      command.kind === 'post' && command.text === 'message 1' ? refused(500, 'internal') : null;
    const outbox = open(server);
    const broken = expect(outbox.send<'post'>(post(1))).rejects.toMatchObject({ code: 'internal' });
    const next = outbox.send<'post'>(post(2));
    await vi.advanceTimersByTimeAsync(120_000);
    await broken;
    await next;
  });

  it('sends what was refused again when it is told to, as a command of its own', async () => {
    const server = openServer();
    server.fault = () => refused(403, 'forbidden');
    const outbox = open(server);
    await expect(outbox.send<'post'>(post(1))).rejects.toMatchObject({ code: 'forbidden' });
    server.fault = () => null;
    await outbox.resend(outbox.state[0]?.id ?? '');
    expect(outbox.state).toEqual([]);
    expect(new Set(server.keys).size).toBe(2);
    expect(server.done).toEqual(['message 1']);
  });

  it('takes no more than its limit, and says so; what was refused does not count', async () => {
    const server = openServer();
    server.fault = () => refused(403, 'forbidden');
    const outbox = open(server, { limit: 2 });
    await expect(outbox.send<'post'>(post(1))).rejects.toMatchObject({ code: 'forbidden' });
    server.fault = () => noAnswer;
    const waiting = Promise.all([outbox.send<'post'>(post(2)), outbox.send<'post'>(post(3))]);
    await expect(outbox.send<'post'>(post(4))).rejects.toMatchObject({ code: 'outbox_full', status: 0 });
    server.fault = () => null;
    await later();
    await waiting;
    expect(server.done).toEqual(['message 2', 'message 3']);
  });

  it('keeps the newest 50 of what was refused', async () => {
    const server = openServer();
    server.fault = () => refused(403, 'forbidden');
    const storage = memoryStorage();
    const outbox = open(server, { storage });
    for (let n = 1; n <= 52; n += 1) await outbox.send<'post'>(post(n)).catch(() => undefined);
    expect([texts(outbox).length, texts(outbox)[0]]).toEqual([50, 'message 3']);
    await later();
    expect(await storage.entries('')).toHaveLength(50);
  });

  it('does not send what was taken out, and says that to who sent it', async () => {
    const server = openServer();
    server.fault = () => noAnswer;
    const outbox = open(server);
    const first = outbox.send<'post'>(post(1));
    const gone = expect(first).rejects.toMatchObject({ code: 'discarded' });
    const second = outbox.send<'post'>(post(2));
    await vi.advanceTimersByTimeAsync(10);
    outbox.discard(outbox.state[0]?.id ?? '');
    await gone;
    server.fault = () => null;
    await later();
    await second;
    expect(server.done).toEqual(['message 2']);
  });

  it('does not wait out a pause when it is woken', async () => {
    const server = openServer();
    server.fault = () => (server.keys.length < 8 ? noAnswer : null);
    const outbox = open(server);
    const posted = outbox.send<'post'>(post(1));
    for (let wakes = 0; wakes < 8; wakes += 1) {
      await vi.advanceTimersByTimeAsync(0);
      outbox.wake();
    }
    await posted;
  });
});

describe('an outbox whose storage outlives it', () => {
  it('is gone on with by the next one: each command once, in order, under its key', async () => {
    const server = openServer();
    const storage = memoryStorage();
    server.fault = () => 'answer lost';
    const before = open(server, { storage });
    const given = [1, 2, 3].map((n) => before.send<'post'>(post(n)));
    const told = Promise.allSettled(given);
    await vi.advanceTimersByTimeAsync(1);
    before.close();
    expect(await told).toMatchObject([1, 2, 3].map(() => ({ reason: { code: 'closed' } })));
    server.fault = () => null;
    const after = open(server, { storage });
    await later();
    expect(server.done).toEqual(['message 1', 'message 2', 'message 3']);
    expect(after.state).toEqual([]);
    expect(await storage.entries('')).toEqual([]);
  });

  it('shows after a reload what was refused before, and why', async () => {
    const server = openServer();
    const storage = memoryStorage();
    server.fault = () => refused(409, 'conversation_archived');
    await open(server, { storage })
      .send<'post'>(post(1))
      .catch(() => undefined);
    await later();
    const after = open(server, { storage });
    await later();
    expect(after.state).toMatchObject([{ refusal: { code: 'conversation_archived' } }]);
    expect(after.state[0]?.refusal).toBeInstanceOf(ApiProblem);
    expect(server.keys).toHaveLength(1);
  });

  it('may be shared by two tabs: what both send happens once, and both are done with it', async () => {
    const server = openServer();
    const storage = memoryStorage();
    server.fault = () => noAnswer;
    const first = open(server, { storage });
    const posted = first.send<'post'>(post(1));
    await vi.advanceTimersByTimeAsync(1);
    const second = open(server, { storage });
    await vi.advanceTimersByTimeAsync(1);
    expect(texts(second)).toEqual(['message 1']);
    server.fault = () => null;
    await later();
    expect(await posted).toEqual({ message: 'message 1' });
    expect([first.state, second.state, server.done]).toEqual([[], [], ['message 1']]);
  });

  it('does not send what another tab took out', async () => {
    const server = openServer();
    const storage = memoryStorage();
    server.fault = () => noAnswer;
    const first = open(server, { storage });
    const gone = expect(first.send<'post'>(post(1))).rejects.toMatchObject({ code: 'discarded' });
    await vi.advanceTimersByTimeAsync(1);
    const second = open(server, { storage });
    await vi.advanceTimersByTimeAsync(1);
    first.discard(first.state[0]?.id ?? '');
    await gone;
    server.fault = () => null;
    await later();
    expect([second.state, server.done]).toEqual([[], []]);
  });

  it('sends nothing before it is kept', async () => {
    const server = openServer();
    const memory = memoryStorage();
    const slow = {
      ...memory,
      set: async (key: string, text: string) => {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        await memory.set(key, text);
      },
    };
    const outbox = open(server, { storage: slow });
    const posted = outbox.send<'post'>(post(1));
    await vi.advanceTimersByTimeAsync(900);
    expect(server.keys).toEqual([]);
    await later();
    await posted;
  });

  it('sends all the same where the storage fails, and tells of that', async () => {
    const server = openServer();
    const full = (): never => {
      throw new Error('full');
    };
    const onTrouble = vi.fn();
    const outbox = open(server, { storage: { ...memoryStorage(), set: full, remove: full }, onTrouble });
    await outbox.send<'post'>(post(1));
    expect(server.done).toEqual(['message 1']);
    expect(onTrouble).toHaveBeenCalledWith(new Error('full'));
  });

  it('passes over what is not its own writing', async () => {
    const server = openServer();
    const storage = memoryStorage();
    await storage.set('outbox/1', 'no JSON');
    await storage.set('outbox/2', '{"command":{"kind":"explode"},"refusal":null}');
    const outbox = open(server, { storage });
    await later();
    expect([outbox.state, server.keys]).toEqual([[], []]);
  });
});

it('whatever is lost, and however often the program is started anew: each command happens once, in order', async () => {
  const fault = fc.constantFrom(noAnswer, 'answer lost' as const, refused(503, 'unavailable'), null);
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('send' as const), conversation: fc.constantFrom(1, 2) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 0, max: 2_000 }) }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'second tab' as const }) },
  );
  const steps = fc.array(step, { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(steps, fc.array(fault, { minLength: 1, maxLength: 20 }), async (all, faults) => {
      const server = openServer();
      let turn = 0;
      server.fault = () => faults[turn++ % faults.length] ?? null;
      const storage = memoryStorage();
      let tabs = [open(server, { storage })];
      const given: { text: string; conversation: number }[] = [];
      for (const one of all) {
        if (one.kind === 'send') {
          const command = post(given.length + 1, one.conversation);
          given.push({ text: command.text, conversation: one.conversation });
          tabs[0]?.send<'post'>(command).catch((error: ApiProblem) => expect(error.code).toBe('closed'));
        } else if (one.kind === 'time') await vi.advanceTimersByTimeAsync(one.ms);
        else if (one.kind === 'second tab') tabs.push(open(server, { storage }));
        else {
          await vi.advanceTimersByTimeAsync(0);
          for (const tab of tabs) tab.close();
          tabs = [open(server, { storage })];
        }
      }
      server.fault = () => null;
      await later();
      for (const conversation of [1, 2]) {
        const expected = given.filter((each) => each.conversation === conversation).map(({ text }) => text);
        expect(server.done.filter((text) => expected.includes(text))).toEqual(expected);
      }
      expect(server.done).toHaveLength(given.length);
      for (const tab of tabs) expect(tab.state).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
