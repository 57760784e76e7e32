import { v7 } from 'uuid';
import type { ConversationId } from '../events/ids.ts';
import { backoff } from './backoff.ts';
import type { ApiProblem, Observable } from './client.ts';
import type { Answers, Command, CommandOf } from './command.ts';
import type { Attempt } from './http.ts';
import { createStore } from './observable.ts';
import type { OutboxKeeping } from './outboxKeeping.ts';
import { closedProblem, discardedProblem, outboxFullProblem } from './problems.ts';
import { createSleep } from './sleep.ts';

/*
 * A command is kept, then sent, then forgotten, in that order; whatever is cut off in between is sent
 * again, by this client or by the next one that opens the same storage, under the same idempotency key:
 * so it happens once. In one conversation they go one after another, each when the one before it was
 * answered; conversations don't wait for each other.
 *
 *   waiting ──answer──▶ forgotten
 *      │ ▲ └─refused──▶ kept with the refusal, until it is discarded or sent again
 *      └─┘ no answer, server busy, sign-in over: after a pause, or as soon as the connection is back
 */

/** A command that waits, or that the server refused. */
export interface Outgoing {
  /** Its idempotency key. */
  readonly id: string;
  readonly command: Command;
  /** Why the server won't do it; null while it waits. */
  readonly refusal: ApiProblem | null;
}

export interface Outbox extends Observable<readonly Outgoing[]> {
  /** Resolves with the server's answer, whenever it comes. @throws ApiProblem */
  send<Kind extends Command['kind']>(command: CommandOf<Kind>): Promise<Answers[Kind]>;
  /** Sends a refused command once more, behind what waits already. @throws ApiProblem */
  resend(id: string): Promise<void>;
  /** Takes a command out. One that waits may have happened already, where its answer was lost. */
  discard(id: string): void;
}

/** What the outbox is for its client. */
export interface OpenOutbox extends Outbox {
  /** There may be an answer now: the connection or the sign-in is back. */
  wake(): void;
  /** Stops sending. What waits stays kept; whoever awaits it is told that the client is closed. */
  close(): void;
}

export interface OutboxParts {
  readonly keeping: OutboxKeeping;
  /** Sends a command once, under this key. */
  readonly attempt: (command: Command, key: string) => Promise<Attempt<unknown>>;
  /** So many may wait. */
  readonly limit: number;
  /** The first pause before another attempt; pauses grow. */
  readonly retryMs: number;
}

const longestPause = 10_000;
/** Refused commands that are kept; the oldest goes. */
const mostRefused = 50;
/** A server that has broken down on the same command so often has a fault that waiting won't cure. */
const mostBreakdowns = 10;

/** Refusals that are over sooner or later: a sign-in that has expired, a repetition too early or too soon. */
const passing = new Set([401, 408, 425]);
const passingCodes = new Set(['request_in_progress', 'rate_limited']);
/** Statuses of a server that is away, or of what stands before it. */
const away = new Set([502, 503, 504]);

const isRefusal = ({ status, code }: ApiProblem, breakdowns: number): boolean => {
  if (status >= 500) return !away.has(status) && breakdowns >= mostBreakdowns;
  return status >= 400 && !passing.has(status) && !passingCodes.has(code);
};

interface Waiter {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (problem: ApiProblem) => void;
}

export const createOutbox = ({ keeping, attempt, limit, retryMs }: OutboxParts): OpenOutbox => {
  const store = createStore<readonly Outgoing[]>([]);
  const waiters = new Map<string, Waiter>();
  const busy = new Set<ConversationId>();
  const sleep = createSleep();
  let isClosed = false;

  const find = (id: string) => store.state.find((outgoing) => outgoing.id === id);
  const waiting = () => store.state.filter(({ refusal }) => refusal === null);
  const settle = (id: string, tell: (waiter: Waiter) => void) => {
    const waiter = waiters.get(id);
    waiters.delete(id);
    if (waiter !== undefined) tell(waiter);
  };
  const takeOut = (id: string) => {
    store.set(store.state.filter((outgoing) => outgoing.id !== id));
    void keeping.remove(id);
  };

  const refuse = (outgoing: Outgoing, refusal: ApiProblem) => {
    const refused = { ...outgoing, refusal };
    store.set(store.state.map((other) => (other.id === outgoing.id ? refused : other)));
    void keeping.save(refused);
    const tooMany = store.state.filter((other) => other.refusal !== null).slice(0, -mostRefused);
    for (const { id } of tooMany) takeOut(id);
    settle(outgoing.id, ({ reject }) => reject(refusal));
  };

  /** Sends until there is an answer, or it was taken out, or the client is closed. */
  const deliver = async (outgoing: Outgoing): Promise<void> => {
    const { id, command } = outgoing;
    let breakdowns = 0;
    for (let attempts = 0; !isClosed && find(id) !== undefined; attempts += 1) {
      // Where somebody awaits the answer it is asked for all the same: the same key has the same answer.
      if (!(await keeping.isStillThere(id)) && !waiters.has(id)) return takeOut(id);
      const result = await attempt(command, id);
      if (find(id) === undefined) return;
      if ('answer' in result) {
        takeOut(id);
        settle(id, ({ resolve }) => resolve(result.answer));
        return;
      }
      const { problem, pause } = result;
      if (problem.status >= 500) breakdowns += 1;
      if (isRefusal(problem, breakdowns)) return refuse(outgoing, problem);
      await sleep.for(pause ?? backoff(attempts, retryMs, longestPause));
    }
  };

  const work = async (conversationId: ConversationId): Promise<void> => {
    if (busy.has(conversationId)) return;
    busy.add(conversationId);
    const next = () => waiting().find(({ command }) => command.conversationId === conversationId);
    try {
      for (let outgoing = next(); outgoing !== undefined && !isClosed; outgoing = next())
        await deliver(outgoing);
    } catch (error) {
      // Closed in the midst of an attempt: the command stays kept, and `close` has told who awaits it.
      if (!isClosed) throw error;
    } finally {
      busy.delete(conversationId);
    }
  };

  const loaded = keeping.load().then((found) => {
    store.set([...found, ...store.state]);
    for (const { command } of waiting()) void work(command.conversationId);
  });

  const send: Outbox['send'] = (command) =>
    new Promise((resolve, reject) => {
      if (isClosed) return reject(closedProblem());
      if (waiting().length >= limit) return reject(outboxFullProblem(limit));
      const outgoing: Outgoing = { id: v7(), command, refusal: null };
      waiters.set(outgoing.id, {
        resolve: (answer) => resolve(answer as Answers[typeof command.kind]),
        reject,
      });
      store.set([...store.state, outgoing]);
      void keeping.save(outgoing);
      void loaded.then(() => work(command.conversationId));
    });

  return {
    get state() {
      return store.state;
    },
    on: store.on,
    send,
    resend: async (id) => {
      const outgoing = find(id);
      if (outgoing === undefined || outgoing.refusal === null) return;
      takeOut(id);
      await send(outgoing.command);
    },
    discard: (id) => {
      takeOut(id);
      settle(id, ({ reject }) => reject(discardedProblem()));
    },
    wake: sleep.wakeAll,
    close: () => {
      isClosed = true;
      sleep.wakeAll();
      for (const id of [...waiters.keys()]) settle(id, ({ reject }) => reject(closedProblem()));
    },
  };
};
