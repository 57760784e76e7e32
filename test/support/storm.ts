import fc from 'fast-check';
import { v5 } from 'uuid';
import type { CommandSurroundings } from '../../src/commands/commands.ts';
import { DomainError, type DomainErrorCode } from '../../src/commands/errors.ts';
import type { DomainEvent } from '../../src/events/catalogue.ts';
import type { CommandId, ConversationId, JobId, MessageId, UserId } from '../../src/events/ids.ts';
import type { JsonObject } from '../../src/events/json.ts';
import { type EventLog, EventLogUnavailable } from '../../src/events/log/eventLog.ts';
import type { Person } from '../../src/events/metadata.ts';
import { anyMetadata } from './anyFact.ts';
import { ada, ben } from './happened.ts';
import { picture } from './jobFacts.ts';
import { eventsIn } from './readLog.ts';
import { contextOf, openDesks } from './story.ts';

/*
 * A storm: three people, a worker, a sweep and the queueing process act at once on one conversation, in
 * several processes that share a log. What is asked is data, so that fast-check can make it smaller.
 */

/** What people ask for. The first four change something whenever they are let: each time with its own words. */
const asked = [
  ...(['merge', 'merge', 'edit', 'rename', 'post'] as const),
  ...(['remove', 'join', 'leave', 'archive', 'cancel', 'retry', 'prioritize'] as const),
] as const;
/** What happens by itself. */
const driven = ['queue', 'draw', 'break', 'lose'] as const;

type Asked = (typeof asked)[number];

export interface Gust {
  readonly does: Asked | (typeof driven)[number];
  /** Who asks: the author, a participant who is an operator, or another. */
  readonly who: number;
  /** Which message, or its job. */
  readonly which: number;
  /** How often it is asked under the same command id, at once. */
  readonly times: number;
  readonly patch: JsonObject;
  readonly number: number;
}

export const gusts: fc.Arbitrary<readonly Gust[]> = fc.array(
  fc.record({
    does: fc.constantFrom(
      ...asked.filter((each) => each !== 'archive'),
      ...driven,
      ...driven,
      'archive' as const,
    ),
    who: fc.nat({ max: 2 }),
    which: fc.nat({ max: 2 }),
    times: fc.constantFrom(1, 1, 2, 3),
    patch: anyMetadata,
    number: fc.integer({ min: -10, max: 10 }),
  }),
  { minLength: 2, maxLength: 25 },
);

/** What became of one command: answered, refused by a rule, or not known because the log couldn't be reached. */
export interface Outcome {
  readonly commandId: CommandId;
  readonly gust: Gust;
  readonly became: 'done' | 'unknown' | DomainErrorCode;
}

const cleo: Person = { id: 'cleo' as UserId, name: 'Cleo' };
const dora = 'dora' as UserId;
const people = [
  { person: ada, roles: ['user'] },
  { person: ben, roles: ['user', 'operator'] },
  { person: cleo, roles: ['user'] },
] as const;

/** What the storm passes over: one conversation, with three messages of Ada's that ask for pictures. */
export interface Scene {
  readonly conversationId: ConversationId;
  readonly messages: readonly { readonly messageId: MessageId; readonly jobId: JobId }[];
}

export const setScene = async (log: EventLog): Promise<Scene> => {
  const { commands } = openDesks(log);
  const participants = [ben.id, cleo.id];
  const { conversationId } = await commands.startConversation(contextOf(ada), { participants });
  const messages = [];
  for (const text of ['a boat', 'a pier', 'a lighthouse']) {
    const { messageId, jobId } = await commands.postMessage(contextOf(ada), conversationId, {
      text,
      image: {},
    });
    messages.push({ messageId, jobId: jobId as JobId });
  }
  return { conversationId, messages };
};

const commandIdOf = (conversationId: ConversationId, n: number) => v5(`${n}`, conversationId) as CommandId;

/** The key of metadata that this command alone sets. */
export const keyOf = (commandId: CommandId): string => `of ${commandId}`;

/** What has happened in this scene; others may have passed over the same log. */
export const eventsOf = async (log: EventLog, { conversationId }: Scene): Promise<DomainEvent[]> =>
  (await eventsIn(log)).filter((event) => event.conversationId === conversationId);

/** Counted round and round. */
const nth = <Each>(list: readonly Each[], n: number): Each => {
  const found = list[n % list.length];
  if (found === undefined) throw new Error('the list is empty');
  return found;
};

/** Lets the storm go over the processes' logs, all at once, and says what became of what was asked. */
export const storm = async (
  logs: readonly EventLog[],
  { conversationId, messages }: Scene,
  all: readonly Gust[],
  surroundings: Partial<CommandSurroundings> = {},
): Promise<Outcome[]> => {
  let time = Date.UTC(2026, 0, 1);
  /** A minute passes each time that anybody looks, so that a job that waits for its next attempt gets it. */
  const now = (): Date => {
    time += 60_000;
    return new Date(time);
  };
  const processes = logs.map((log) => openDesks(log, { now, ...surroundings }));
  const processOf = (n: number) => nth(processes, n);

  const ask = (n: number, { does, who, which, patch, number }: Gust, of: number): Promise<unknown> => {
    const { commands } = processOf(of);
    const { person, roles } = nth(people, who);
    const commandId = commandIdOf(conversationId, n);
    const context = contextOf(person, roles, commandId);
    const { messageId, jobId } = nth(messages, which);
    switch (does) {
      case 'merge':
        return commands.mergeMetadata(context, messageId, { ...patch, [keyOf(commandId)]: n });
      case 'edit':
        return commands.editMessage(context, messageId, `edit ${n}`);
      case 'rename':
        return commands.renameConversation(context, conversationId, `title ${n}`);
      case 'post':
        return commands.postMessage(context, conversationId, { text: `post ${n}`, image: {} });
      case 'remove':
        return commands.removeMessage(context, messageId);
      case 'join':
        return commands.addParticipant(context, conversationId, dora);
      case 'leave':
        return commands.removeParticipant(context, conversationId, person.id);
      case 'archive':
        return commands.archiveConversation(context, conversationId);
      case 'cancel':
        return commands.cancelJob(context, jobId);
      case 'retry':
        return commands.retryJob(context, jobId);
      case 'prioritize':
        return commands.prioritizeJob(context, jobId, number);
      default:
        return drive(does, which, number, of);
    }
  };

  const drive = async (
    does: (typeof driven)[number],
    which: number,
    number: number,
    of: number,
  ): Promise<void> => {
    const { desk } = processOf(of);
    const { messageId, jobId } = nth(messages, which);
    if (does === 'queue') return desk.queue(messageId);
    if (does === 'lose') {
      await desk.giveUp(jobId, 1 + Math.abs(number % 2), { code: 'stuck', retryable: true, reference: 'r' });
      return;
    }
    const claim = await desk.claim(jobId, 'sketch');
    if (claim === null) return;
    if (does === 'break') {
      await desk.fail(claim, { code: 'internal', retryable: false, reference: 'r' });
      return;
    }
    await desk.progress(claim, { step: 1, steps: 20, stage: 'sky', preview: null });
    await desk.complete(claim, { images: [picture], engine: 'sketch', model: 'sketch 1' });
  };

  const outcome = async (n: number, gust: Gust, of: number): Promise<Outcome> => {
    const commandId = commandIdOf(conversationId, n);
    try {
      await ask(n, gust, of);
      return { commandId, gust, became: 'done' };
    } catch (error) {
      if (error instanceof EventLogUnavailable) return { commandId, gust, became: 'unknown' };
      if (error instanceof DomainError) return { commandId, gust, became: error.code };
      throw error;
    }
  };

  return Promise.all(
    all.flatMap((gust, n) => Array.from({ length: gust.times }, (_, time) => outcome(n, gust, n + time))),
  );
};
