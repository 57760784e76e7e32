import { describe, expect, it, vi } from 'vitest';
import { conversationDecider } from '../../../src/commands/conversation.ts';
import { eventIdOf } from '../../../src/commands/derivedIds.ts';
import { DomainError, InvalidInput } from '../../../src/commands/errors.ts';
import { type Cause, type Handling, handle, handleKnowing, load } from '../../../src/commands/handler.ts';
import { jobDecider } from '../../../src/commands/job.ts';
import { UnknownEventVersion } from '../../../src/events/catalogue.ts';
import type { ConversationId, EventId } from '../../../src/events/ids.ts';
import { type EventLog, EventLogUnavailable } from '../../../src/events/log/eventLog.ts';
import { conversationStream, jobStream } from '../../../src/events/streams.ts';
import { openMemoryLog } from '../../support/deliveryLog.ts';
import { ada, ben, commandNumber, conversationNumber, jobNumber, timeAt } from '../../support/happened.ts';
import { queued } from '../../support/jobFacts.ts';
import { recordedIn } from '../../support/readLog.ts';
import { troubled } from '../../support/troubledLog.ts';

const conversationId = conversationNumber(1);
const stream = conversationStream(conversationId);
const now = () => new Date(timeAt(1));
const pause = async () => undefined;

/** What the n-th command gives as its cause. */
const cause = (n: number): Cause => ({
  actor: ada,
  commandId: commandNumber(n),
  correlationId: `request ${n}`,
});

const start = { type: 'start', conversationId, title: 'Harbour', startedBy: ada, others: [ben] } as const;
const rename = (title: string) => ({ type: 'rename', title }) as const;

const typesIn = async (log: EventLog) => (await recordedIn(log)).map(({ type }) => type);
const titlesIn = async (log: EventLog) =>
  (await recordedIn(log)).flatMap(({ data }) => (typeof data.title === 'string' ? [data.title] : []));

/** A log with one conversation, started by command 0. */
const openStarted = async () => {
  const log = openMemoryLog();
  await handle({ log, now }, conversationDecider, stream, start, cause(0));
  const doing = (
    over: EventLog,
    n: number,
    command: Parameters<typeof conversationDecider.decide>[0],
    permit?: () => unknown,
  ) => handle({ log: over, now, pause }, conversationDecider, stream, command, cause(n), permit);
  return { log, doing };
};

const unavailable = () => new EventLogUnavailable('the connection broke');
const loseAnswer = async <Result>(append: () => Promise<Result>): Promise<Result> => {
  await append();
  throw unavailable();
};
const loseAppend = async (): Promise<never> => {
  throw unavailable();
};

describe('a command that is handled', () => {
  it('is in the log with who gave it, when, why and whom it concerns, under ids that follow from its own', async () => {
    const { log } = await openStarted();
    const recorded = await recordedIn(log);
    expect(recorded.map(({ type }) => type)).toEqual([
      'ConversationStarted',
      'ParticipantJoined',
      'ParticipantJoined',
    ]);
    expect(recorded.map(({ id }) => id)).toEqual(
      [0, 1, 2].map((n) => eventIdOf(commandNumber(0), stream, n)),
    );
    for (const { metadata } of recorded)
      expect(metadata).toEqual({
        actor: ada,
        correlationId: 'request 0',
        causationId: commandNumber(0),
        at: timeAt(1),
        schema: 1,
        subject: { conversationId },
      });
  });

  it('keeps from where it came, where that is known', async () => {
    const origin = { way: 'http', address: '203.0.113.7' } as const;
    const { log } = await openStarted();
    await handle({ log, now }, conversationDecider, stream, rename('Pier'), { ...cause(1), origin });
    const origins = (await recordedIn(log)).map(({ metadata }) => metadata.origin);
    expect(origins).toEqual([undefined, undefined, undefined, origin]);
  });

  it('belongs to what its stream began with where its caller names no request; with nothing before, to itself', async () => {
    const { log } = await openStarted();
    const alone = (n: number): Cause => ({ actor: ada, commandId: commandNumber(n), correlationId: null });
    await handle({ log, now }, conversationDecider, stream, rename('Pier'), alone(1));
    const queue = { type: 'queue', ...queued().data } as const;
    await handle({ log, now }, jobDecider, jobStream(jobNumber(1)), queue, alone(2));
    const begunBy = (await recordedIn(log)).map(({ metadata }) => metadata.correlationId);
    expect(begunBy.slice(-2)).toEqual(['request 0', commandNumber(2)]);
  });

  it('answers with the position up to which a reader has to have come, and what it was decided on', async () => {
    const { log, doing } = await openStarted();
    const { position, facts, state } = await doing(log, 1, rename('Pier'));
    expect(position).toBe(await log.head());
    expect(facts).toEqual([{ type: 'ConversationRenamed', data: { title: 'Pier' } }]);
    expect(state).toMatchObject({ title: 'Harbour' });
  });

  it('that changes nothing answers with the end of its stream, or of the log where there is no stream', async () => {
    const { log, doing } = await openStarted();
    const { position: end } = await doing(log, 1, rename('Pier'));
    await handle(
      { log, now },
      jobDecider,
      jobStream(jobNumber(1)),
      { type: 'queue', ...queued().data },
      cause(2),
    );
    expect(await doing(log, 3, rename('Pier'))).toMatchObject({ position: end, facts: [] });
    const nothing = { type: 'progress', attempt: 1, step: 1, steps: 2, stage: '', preview: null } as const;
    const handled = await handle({ log, now }, jobDecider, jobStream(jobNumber(2)), nothing, cause(4));
    expect(handled).toMatchObject({ position: await log.head(), facts: [] });
  });

  it("names whom it concerns where the stream itself doesn't tell", async () => {
    const log = openMemoryLog();
    const subject = { jobId: jobNumber(1), ownerId: ada.id };
    const cancel = { type: 'cancel', by: ada } as const;
    await handle({ log, now }, jobDecider, jobStream(jobNumber(1)), cancel, { ...cause(1), subject });
    expect((await recordedIn(log))[0]?.metadata.subject).toEqual(subject);
  });
});

describe('an answer of the log that is lost', () => {
  it('after the append: the command has happened once, and is answered as if nothing had been', async () => {
    const { log, doing } = await openStarted();
    const handled = await doing(troubled(log, loseAnswer), 1, rename('Pier'));
    expect(handled).toMatchObject({ position: await log.head(), state: { title: 'Harbour' } });
    expect(handled.facts).toMatchObject([{ type: 'ConversationRenamed', data: { title: 'Pier' } }]);
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier']);
  });

  it('after the append of what acts by itself: it has happened once, because of the event that it names', async () => {
    const { log } = await openStarted();
    const [last] = (await recordedIn(log)).toReversed();
    const handling = { log: troubled(log, loseAnswer), now, pause };
    const because = { ...cause(1), because: 'last' } as const;
    const handled = await handle(handling, conversationDecider, stream, rename('Pier'), because);
    expect(handled.facts).toMatchObject([{ type: 'ConversationRenamed', data: { title: 'Pier' } }]);
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier']);
    expect((await recordedIn(log)).at(-1)?.metadata.causationId).toBe(last?.id);
  });

  it('before the append: the command happens at the second try', async () => {
    const { log, doing } = await openStarted();
    await doing(troubled(log, loseAppend), 1, rename('Pier'));
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier']);
  });

  it('after the append of several events: none of them is there twice', async () => {
    const log = openMemoryLog();
    const handled = await handle(
      { log: troubled(log, loseAnswer), now },
      conversationDecider,
      stream,
      start,
      cause(0),
    );
    expect(await typesIn(log)).toEqual(['ConversationStarted', 'ParticipantJoined', 'ParticipantJoined']);
    expect(handled).toMatchObject({ position: await log.head(), state: { status: 'none' } });
    expect(handled.facts).toHaveLength(3);
  });

  it('and the append comes through only after the second one: there is one copy', async () => {
    const { log, doing } = await openStarted();
    let late = async (): Promise<unknown> => undefined;
    const delay = async (append: () => Promise<unknown>): Promise<never> => {
      late = append;
      throw unavailable();
    };
    const first = async <Result>(append: () => Promise<Result>): Promise<Result> => {
      await late();
      return append();
    };
    await doing(troubled(log, delay, first), 1, rename('Pier'));
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier']);
  });

  it("while others go on: the answer is the position of the command's own event", async () => {
    const { log, doing } = await openStarted();
    let own: unknown;
    const overtaken = async (append: () => ReturnType<EventLog['append']>): Promise<never> => {
      own = (await append()).position;
      await doing(openAgain(log), 2, rename('Quay'));
      throw unavailable();
    };
    const { position } = await doing(troubled(log, overtaken), 1, rename('Pier'));
    expect(position).toBe(own);
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier', 'Quay']);
  });

  it('and another process has done the same after others: it answers as that did, and says nothing of the stream after it', async () => {
    const { log, doing } = await openStarted();
    const elsewhere = async <Result>(append: () => Promise<Result>): Promise<Result> => {
      await doing(openAgain(log), 2, rename('Quay'));
      await doing(openAgain(log), 1, rename('Pier'));
      return append();
    };
    const { position, after } = await doing(troubled(log, elsewhere), 1, rename('Pier'));
    expect(position).toBe(await log.head());
    expect(after).toBeUndefined();
    expect(await titlesIn(log)).toEqual(['Harbour', 'Quay', 'Pier']);
  });

  it('twice: the caller is told that the log is unavailable, and a repetition finds what has happened', async () => {
    const { log, doing } = await openStarted();
    await expect(doing(troubled(log, loseAppend, loseAnswer), 1, rename('Pier'))).rejects.toThrow(
      EventLogUnavailable,
    );
    await doing(log, 1, rename('Pier'));
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier']);
  });
});

/** The same log, as another process holds it. */
const openAgain = (log: EventLog): EventLog => ({ ...log });

describe('a command that comes second', () => {
  it('is decided again on what is there now', async () => {
    const { log, doing } = await openStarted();
    const beaten = async <Result>(append: () => Promise<Result>): Promise<Result> => {
      await doing(openAgain(log), 2, rename('Quay'));
      return append();
    };
    await doing(troubled(log, beaten), 1, rename('Pier'));
    expect(await titlesIn(log)).toEqual(['Harbour', 'Quay', 'Pier']);
  });

  it('says nothing where the first has said the same', async () => {
    const { log, doing } = await openStarted();
    const beaten = async <Result>(append: () => Promise<Result>): Promise<Result> => {
      await doing(openAgain(log), 2, rename('Pier'));
      return append();
    };
    const { facts, position } = await doing(troubled(log, beaten), 1, rename('Pier'));
    expect(facts).toEqual([]);
    expect(position).toBe(await log.head());
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier']);
  });

  it('is refused where the first has made it impossible', async () => {
    const { log, doing } = await openStarted();
    const beaten = async <Result>(append: () => Promise<Result>): Promise<Result> => {
      await doing(openAgain(log), 2, { type: 'archive' });
      return append();
    };
    await expect(doing(troubled(log, beaten), 1, rename('Pier'))).rejects.toMatchObject({
      code: 'conversation_archived',
    });
    expect(await titlesIn(log)).toEqual(['Harbour']);
  });

  it('twenty times gives up, and nothing of it is in the log', async () => {
    const { log, doing } = await openStarted();
    let others = 0;
    const beaten = async <Result>(append: () => Promise<Result>): Promise<Result> => {
      others += 1;
      await doing(openAgain(log), 1 + others, rename(`Quay ${others}`));
      return append();
    };
    const always = troubled(log, ...Array.from({ length: 100 }, () => beaten));
    await expect(doing(always, 1, rename('Pier'))).rejects.toMatchObject({ code: 'too_many_conflicts' });
    expect(others).toBe(20);
    expect(await titlesIn(log)).not.toContain('Pier');
  });

  it('lets time pass at random, longer at each try', async () => {
    const { log } = await openStarted();
    const tries: number[] = [];
    const handling: Handling = {
      log: troubled(
        log,
        ...[1, 2, 3].map((n) => async <Result>(append: () => Promise<Result>) => {
          await handle({ log: openAgain(log), now }, conversationDecider, stream, rename(`${n}`), cause(n));
          return append();
        }),
      ),
      now,
      pause: async (n) => tries.push(n),
    };
    await handle(handling, conversationDecider, stream, rename('Pier'), cause(9));
    expect(tries).toEqual([0, 1, 2]);
  });

  it('in the same process does so in its turn, without a conflict', async () => {
    const { log, doing } = await openStarted();
    const append = vi.spyOn(log, 'append');
    await Promise.all(Array.from({ length: 100 }, (_, n) => doing(log, n + 1, rename(`Pier ${n}`))));
    expect(await titlesIn(log)).toEqual(['Harbour', ...Array.from({ length: 100 }, (_, n) => `Pier ${n}`)]);
    expect(append).toHaveBeenCalledTimes(100);
  });

  it("in the same process isn't held up by one before it that failed", async () => {
    const { log, doing } = await openStarted();
    const over = troubled(log, async () => {
      throw new Error('something else');
    });
    const failing = doing(over, 1, rename('Pier'));
    const following = doing(over, 2, rename('Quay'));
    await expect(failing).rejects.toThrow('something else');
    await following;
    expect(await titlesIn(log)).toEqual(['Harbour', 'Quay']);
  });
});

describe('a command on a stream that its caller knows', () => {
  const known = async () => {
    const { log, doing } = await openStarted();
    const { after } = await doing(log, 1, rename('Pier'));
    if (after === undefined) throw new Error('one event was appended, and the stream is known after it');
    const again = (over: EventLog, title: string) =>
      handleKnowing(
        { log: over, now, pause },
        conversationDecider,
        stream,
        rename(title),
        cause(2),
        () => after,
      );
    return { log, doing, after, again };
  };

  it('is decided without a look, and the stream known after it is what a look finds', async () => {
    const { log, after, again } = await known();
    expect(after).toEqual(await load(log, stream, conversationDecider));
    const readStream = vi.spyOn(log, 'readStream');
    const { after: then } = await again(log, 'Quay');
    expect(readStream).not.toHaveBeenCalled();
    expect(then).toEqual(await load(log, stream, conversationDecider));
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier', 'Quay']);
  });

  it('is decided on what is there where others have appended since', async () => {
    const { log, doing, again } = await known();
    await doing(openAgain(log), 3, { type: 'archive' });
    await expect(again(log, 'Quay')).rejects.toMatchObject({ code: 'conversation_archived' });
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier']);
  });

  it('is not passed over because of what was known and is no longer so', async () => {
    const { log, doing, again } = await known();
    await doing(openAgain(log), 3, rename('Quay'));
    await again(log, 'Pier');
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier', 'Quay', 'Pier']);
  });

  it('has happened once where another process has done it by now, after others', async () => {
    const { log, doing, again } = await known();
    await doing(openAgain(log), 3, rename('Quay'));
    const first = await doing(openAgain(log), 2, rename('Mole'));
    await doing(openAgain(log), 4, rename('Dock'));
    expect(await again(log, 'Mole')).toMatchObject({ position: first.position, state: { title: 'Quay' } });
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier', 'Quay', 'Mole', 'Dock']);
  });

  it('tells of what went wrong while it was decided, which is no refusal', async () => {
    const { log, after } = await known();
    const broken = () => {
      throw new Error('the table of permissions is not there');
    };
    const command = [{ log, now, pause }, conversationDecider, stream, rename('Quay'), cause(2)] as const;
    await expect(handleKnowing(...command, () => after, broken)).rejects.toThrow('the table of permissions');
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier']);
  });

  it('happens once where the answer is lost', async () => {
    const { log, again } = await known();
    await again(troubled(log, loseAnswer), 'Quay');
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier', 'Quay']);
  });
});

describe('a command that is given again under its id', () => {
  it('is not decided again, nor is its permission asked, whatever has changed since', async () => {
    const { log, doing } = await openStarted();
    const { position } = await doing(log, 1, rename('Pier'));
    await doing(log, 2, rename('Quay'));
    await doing(log, 3, { type: 'archive' });
    const again = await doing(log, 1, rename('Pier'), () => {
      throw new DomainError('forbidden', 'no longer');
    });
    expect(again).toMatchObject({ position, state: { title: 'Harbour', status: 'open' } });
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier', 'Quay']);
  });

  it('twenty times at once, in two processes, happens once and answers the same each time', async () => {
    const { log, doing } = await openStarted();
    const processes = [openAgain(log), openAgain(log)];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => doing(processes[n % 2] ?? log, 1, rename('Pier'))),
    );
    expect(new Set(answers.map(({ position }) => position)).size).toBe(1);
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier']);
  });
});

describe('permission', () => {
  it('is asked of what was read, at each try', async () => {
    const { log } = await openStarted();
    const other = openAgain(log);
    const beaten = async <Result>(append: () => Promise<Result>): Promise<Result> => {
      await handle(
        { log: other, now },
        conversationDecider,
        stream,
        { type: 'remove', userId: ben.id },
        cause(2),
      );
      return append();
    };
    const asked: number[] = [];
    const bens = handle(
      { log: troubled(log, beaten), now, pause },
      conversationDecider,
      stream,
      rename('Pier'),
      cause(1),
      async (conversation) => {
        if (conversation.status === 'none') throw new Error('it was started');
        asked.push(conversation.participants.size);
        if (!conversation.participants.has(ben.id)) throw new DomainError('not_found', 'gone');
      },
    );
    await expect(bens).rejects.toMatchObject({ code: 'not_found' });
    expect(asked).toEqual([2, 1]);
    expect(await titlesIn(log)).toEqual(['Harbour']);
  });
});

describe('what can not be said as an event', () => {
  it('is refused by the field that is wrong, and nothing of the command is in the log', async () => {
    const { log, doing } = await openStarted();
    const before = await log.head();
    const wrong = doing(log, 1, rename('a'.repeat(201)));
    await expect(wrong).rejects.toThrow(InvalidInput);
    await expect(wrong).rejects.toMatchObject({
      code: 'invalid_input',
      problems: [{ path: 'title', message: 'must have at most 200 characters' }],
    });
    expect(await log.head()).toBe(before);
  });

  it('keeps the events beside it out of the log too', async () => {
    const log = openMemoryLog();
    const nameless = { ...start, others: [{ ...ben, name: '' }] };
    await expect(handle({ log, now }, conversationDecider, stream, nameless, cause(0))).rejects.toMatchObject(
      { problems: [{ path: 'participant.name', message: 'must not be empty' }] },
    );
    expect(await recordedIn(log)).toEqual([]);
  });

  it('is refused in what is said about the event as well', async () => {
    const { log } = await openStarted();
    const actor = { id: 'ada', name: 'Ada\u0000' };
    const command = handle({ log, now }, conversationDecider, stream, rename('Pier'), { ...cause(1), actor });
    await expect(command).rejects.toMatchObject({ problems: [{ path: 'actor.name' }] });
  });

  it('is not what is the same in another form: that goes into the log in the one form', async () => {
    const log = openMemoryLog();
    const upper = 'ABCDEFAB-0000-7000-8000-000000000001' as ConversationId;
    await handle({ log, now }, conversationDecider, stream, { ...start, conversationId: upper }, cause(0));
    expect((await recordedIn(log))[0]?.data.conversationId).toBe(upper.toLowerCase());
  });
});

describe('events that this release did not write', () => {
  const foreign = (type: string, schema: number) => ({
    id: '00000009-0000-7000-8000-000000000099' as EventId,
    type,
    data: {},
    metadata: { actor: ada, correlationId: 'c', causationId: 'c', at: timeAt(1), schema, subject: {} },
  });

  it('of an unknown type are passed over, and counted', async () => {
    const { log, doing } = await openStarted();
    await log.append(stream, 'any', [foreign('ConversationPinned', 1)]);
    expect(await load(log, stream, conversationDecider)).toMatchObject({
      revision: 3,
      position: await log.head(),
      state: { title: 'Harbour' },
    });
    await doing(log, 1, rename('Pier'));
    expect(await titlesIn(log)).toEqual(['Harbour', 'Pier']);
  });

  it('of a newer version stop the command: to go on would be to guess', async () => {
    const { log, doing } = await openStarted();
    await log.append(stream, 'any', [foreign('ConversationRenamed', 2)]);
    await expect(doing(log, 1, rename('Pier'))).rejects.toThrow(UnknownEventVersion);
    expect(await titlesIn(log)).toEqual(['Harbour']);
  });
});
