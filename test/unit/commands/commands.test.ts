import { describe, expect, it } from 'vitest';
import type { CommandContext, Commands } from '../../../src/commands/commands.ts';
import { InvalidInput } from '../../../src/commands/errors.ts';
import type { DomainFact } from '../../../src/events/catalogue.ts';
import type { ConversationId, JobId, MessageId, UserId } from '../../../src/events/ids.ts';
import { EventLogUnavailable } from '../../../src/events/log/eventLog.ts';
import type { Person } from '../../../src/events/metadata.ts';
import { openMemoryLog } from '../../support/deliveryLog.ts';
import {
  ada,
  ben,
  commandNumber,
  conversationNumber,
  jobNumber,
  messageNumber,
} from '../../support/happened.ts';
import { eventsIn } from '../../support/readLog.ts';
import { contextOf, openDesks } from '../../support/story.ts';
import { troubled } from '../../support/troubledLog.ts';

const eve: Person = { id: 'eve' as UserId, name: 'Eve' };
const otto: Person = { id: 'otto' as UserId, name: 'Otto' };
const operator = () => contextOf(otto, ['user', 'operator']);

/** A conversation that Ada has started with Ben. */
const openConversation = async () => {
  const log = openMemoryLog();
  const desks = openDesks(log);
  const { conversationId } = await desks.commands.startConversation(contextOf(ada), {
    title: 'Harbour',
    participants: [ben.id],
  });
  const facts = async <Type extends DomainFact['type']>(type: Type) =>
    (await eventsIn(log)).filter((event) => event.type === type);
  /** Ada's message with a picture, whose job is accepted. */
  const asked = async (image = {}) => {
    const posted = await desks.commands.postMessage(contextOf(ada), conversationId, {
      text: 'a boat',
      image,
    });
    return { messageId: posted.messageId, jobId: posted.jobId as JobId };
  };
  /** The same, with its job in the queue. */
  const queued = async () => {
    const ids = await asked();
    await desks.desk.queue(ids.messageId);
    return ids;
  };
  return { log, ...desks, conversationId, facts, asked, queued };
};

interface Told {
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  readonly jobId: JobId;
  readonly cancelledId: JobId;
}

const refused = (code: string) => expect.objectContaining({ code });

describe('a command given again under its id', () => {
  it('posts one message, with the same ids', async () => {
    const { commands, conversationId, facts } = await openConversation();
    const context = contextOf(ada);
    const first = await commands.postMessage(context, conversationId, { text: 'a boat', image: {} });
    const again = await commands.postMessage(context, conversationId, { text: 'a boat', image: {} });
    expect(again).toEqual(first);
    expect(await facts('MessagePosted')).toHaveLength(1);
  });

  it('gets the first answer though the conversation was archived since, or the person removed', async () => {
    const { commands, conversationId } = await openConversation();
    const posting = contextOf(ben);
    const post = () => commands.postMessage(posting, conversationId, { text: 'Hello' });
    const posted = await post();
    const tagging = contextOf(ben);
    const tag = () => commands.mergeMetadata(tagging, posted.messageId, { mood: 'calm' });
    const tagged = await tag();
    await commands.removeParticipant(contextOf(ada), conversationId, ben.id);
    expect([await post(), await tag()]).toEqual([posted, tagged]);
    await commands.archiveConversation(contextOf(ada), conversationId);
    expect([await post(), await tag()]).toEqual([posted, tagged]);
  });

  it('starts one conversation, and retries a job once', async () => {
    const { commands, queued, facts } = await openConversation();
    const starting = contextOf(ada);
    const first = await commands.startConversation(starting, { title: 'Pier' });
    expect(await commands.startConversation(starting, { title: 'Pier' })).toEqual(first);
    const { jobId } = await queued();
    await commands.cancelJob(contextOf(ada), jobId);
    const retrying = contextOf(ada);
    const retried = await commands.retryJob(retrying, jobId);
    expect(await commands.retryJob(retrying, jobId)).toEqual(retried);
    expect((await commands.retryJob(contextOf(ada), jobId)).jobId).toBe(retried.jobId);
    expect(await facts('JobQueued')).toHaveLength(2);
  });
});

describe('a conversation', () => {
  it('is started with each person once, the starter among them, by name', async () => {
    const log = openMemoryLog();
    const { commands } = openDesks(log, { nameOf: async (id) => `Name of ${id}` });
    const participants = [ben.id, ada.id, ben.id];
    await commands.startConversation(contextOf(ada), { participants });
    const joined = (await eventsIn(log)).flatMap((event) =>
      event.type === 'ParticipantJoined' ? [event.data.participant] : [],
    );
    expect(joined).toEqual([ada, { id: ben.id, name: 'Name of ben' }]);
  });

  it('that is brought with its id answers the same content as the first time, and refuses other', async () => {
    const { commands } = openDesks(openMemoryLog());
    const conversationId = conversationNumber(7);
    const first = await commands.startConversation(contextOf(ada), { conversationId, title: 'Pier' });
    expect(await commands.startConversation(contextOf(ada), { conversationId, title: 'Pier' })).toEqual(
      first,
    );
    await expect(commands.startConversation(contextOf(ada), { conversationId })).rejects.toEqual(
      refused('id_taken'),
    );
    await expect(
      commands.startConversation(contextOf(ben), { conversationId, title: 'Pier' }),
    ).rejects.toEqual(refused('id_taken'));
  });

  it.each<[string, (commands: Commands, id: ConversationId) => Promise<unknown>]>([
    ['be renamed', (commands, id) => commands.renameConversation(contextOf(eve), id, 'Mine')],
    ['take people in', (commands, id) => commands.addParticipant(contextOf(eve), id, eve.id)],
    ['lose people', (commands, id) => commands.removeParticipant(contextOf(eve), id, ada.id)],
    ['be archived', (commands, id) => commands.archiveConversation(contextOf(eve), id)],
    ['take messages', (commands, id) => commands.postMessage(contextOf(eve), id, { text: 'Hi' })],
  ])(
    'can not %s by a stranger, who learns nothing of it; one that is not there answers the same',
    async (_, command) => {
      const { log, commands, conversationId } = await openConversation();
      const before = await log.head();
      const hidden = await command(commands, conversationId).catch((error: unknown) => error);
      const absent = await command(commands, conversationNumber(99)).catch((error: unknown) => error);
      expect(hidden).toEqual(refused('not_found'));
      expect(hidden).toEqual(absent);
      expect(await log.head()).toBe(before);
    },
  );

  it('that is archived takes no more of anything', async () => {
    const { log, commands, conversationId, asked, queued } = await openConversation();
    const { messageId } = await asked();
    const { jobId } = await queued();
    await commands.cancelJob(contextOf(ada), jobId);
    await commands.archiveConversation(contextOf(ada), conversationId);
    const before = await log.head();
    for (const command of [
      commands.renameConversation(contextOf(ada), conversationId, 'Pier'),
      commands.addParticipant(contextOf(ada), conversationId, eve.id),
      commands.removeParticipant(contextOf(ada), conversationId, ben.id),
      commands.postMessage(contextOf(ada), conversationId, { text: 'Hello' }),
      commands.editMessage(contextOf(ada), messageId, 'Hello'),
      commands.mergeMetadata(contextOf(ada), messageId, { mood: 'calm' }),
      commands.removeMessage(contextOf(ada), messageId),
      commands.retryJob(contextOf(ada), jobId),
    ])
      await expect(command).rejects.toEqual(refused('conversation_archived'));
    expect(await log.head()).toBe(before);
  });
});

describe('a message', () => {
  it('carries its picture with all that was left open decided, and the id that its job will have', async () => {
    const { asked, facts } = await openConversation();
    const { jobId } = await asked();
    expect((await facts('MessagePosted'))[0]?.data).toMatchObject({
      image: {
        jobId,
        priority: 0,
        request: {
          ...{ prompt: 'a boat', negativePrompt: null, width: 768, height: 768, steps: 24, seed: 7 },
          ...{ count: 1, model: null, timeoutMs: null },
        },
      },
    });
    expect((await facts('MessagePosted'))[0]).toMatchObject({ jobId, ownerId: ada.id });
  });

  it('has a job id that follows from its own', async () => {
    const [one, other] = [await openConversation(), await openConversation()];
    const post = ({ commands, conversationId }: typeof one) =>
      commands.postMessage(contextOf(ada), conversationId, {
        messageId: messageNumber(5),
        text: 'a boat',
        image: {},
      });
    expect((await post(one)).jobId).toBe((await post(other)).jobId);
  });

  it('asks for a priority above 0 only where an operator posts it', async () => {
    const { log, commands, conversationId } = await openConversation();
    const post = (context: CommandContext, priority: number) =>
      commands.postMessage(context, conversationId, { text: 'a boat', image: { priority } });
    const before = await log.head();
    await expect(post(contextOf(ada), 1)).rejects.toEqual(refused('forbidden'));
    expect(await log.head()).toBe(before);
    await post(contextOf(ada), -10);
    await post(contextOf(ada, ['operator']), 10);
  });

  it.each([
    ['image.prompt', { text: 'a boat', image: { prompt: ' ' } }],
    ['text', { text: '', image: {} }],
    ['text', { text: 'a'.repeat(4_001), image: {} }],
    ['image.prompt', { text: '', image: { prompt: 'a'.repeat(4_001) } }],
    ['text', { text: 'a'.repeat(16_001) }],
    ['text', { text: 'nul\u0000' }],
    ['metadata.__proto__', { text: '', metadata: JSON.parse('{"__proto__":{"admin":true}}') }],
    ['image.request.width', { text: 'a boat', image: { width: 65 } }],
    ['image.priority', { text: 'a boat', image: { priority: -11 } }],
  ])('is refused by its %s, and nothing is appended', async (path, input) => {
    const { log, commands, conversationId } = await openConversation();
    const before = await log.head();
    const posting = commands.postMessage(contextOf(ada), conversationId, input);
    await expect(posting).rejects.toThrow(InvalidInput);
    await expect(posting).rejects.toMatchObject({ problems: [{ path }] });
    expect(await log.head()).toBe(before);
  });

  it('is edited and removed by its author or an operator, and by nobody else', async () => {
    const { commands, asked, facts } = await openConversation();
    const { messageId } = await asked();
    await expect(commands.editMessage(contextOf(ben), messageId, 'mine')).rejects.toEqual(
      refused('forbidden'),
    );
    await expect(commands.removeMessage(contextOf(ben), messageId)).rejects.toEqual(refused('forbidden'));
    await expect(commands.editMessage(contextOf(eve), messageId, 'mine')).rejects.toEqual(
      refused('not_found'),
    );
    await commands.editMessage(contextOf(ada), messageId, 'a ship');
    await commands.removeMessage(operator(), messageId);
    expect(await facts('MessageEdited')).toMatchObject([{ actor: ada, data: { text: 'a ship' } }]);
    expect(await facts('MessageRemoved')).toMatchObject([{ actor: otto }]);
  });

  it('takes metadata of every participant, and of nobody else', async () => {
    const { commands, asked } = await openConversation();
    const { messageId } = await asked();
    await commands.mergeMetadata(contextOf(ben), messageId, { stars: 5 });
    for (const context of [contextOf(eve), operator()])
      await expect(commands.mergeMetadata(context, messageId, { stars: 1 })).rejects.toEqual(
        refused('not_found'),
      );
  });

  it('that is not there answers as one that is hidden', async () => {
    const { commands } = await openConversation();
    const id: MessageId = messageNumber(99);
    for (const command of [
      commands.editMessage(contextOf(ada), id, 'a'),
      commands.mergeMetadata(contextOf(ada), id, {}),
      commands.removeMessage(operator(), id),
    ])
      await expect(command).rejects.toEqual(refused('not_found'));
  });
});

describe('a job', () => {
  it('is cancelled from the moment at which it is accepted, and is not queued then', async () => {
    const { commands, desk, asked, facts } = await openConversation();
    const { messageId, jobId } = await asked();
    await commands.cancelJob(contextOf(ada), jobId);
    await desk.queue(messageId);
    expect(await facts('JobQueued')).toEqual([]);
    expect(await facts('JobCancelled')).toMatchObject([
      { data: { by: ada, was: 'accepted', order: null }, messageId, jobId, ownerId: ada.id },
    ]);
  });

  it('is cancelled by its owner, who may have left, or an operator, and by nobody else', async () => {
    const { commands, conversationId, queued, facts } = await openConversation();
    const [one, other] = [await queued(), await queued()];
    await expect(commands.cancelJob(contextOf(ben), one.jobId)).rejects.toEqual(refused('forbidden'));
    await expect(commands.cancelJob(contextOf(eve), one.jobId)).rejects.toEqual(refused('not_found'));
    await commands.removeParticipant(contextOf(ada), conversationId, ada.id);
    await commands.cancelJob(contextOf(ada), one.jobId);
    await commands.cancelJob(operator(), other.jobId);
    expect((await facts('JobCancelled')).map(({ actor }) => actor)).toEqual([ada, otto]);
  });

  it('among many is cancelled once, and the answer names those that really were', async () => {
    const { commands, queued, asked, facts } = await openConversation();
    const jobs = [await queued(), await queued(), await asked()].map(({ jobId }) => jobId);
    const [ended = jobNumber(0)] = jobs;
    await commands.cancelJob(contextOf(ada), ended);
    const context = contextOf(ada);
    const first = await commands.cancelJobs(context, [...jobs, ...jobs]);
    expect(first.cancelled).toEqual(jobs.slice(1));
    expect(await commands.cancelJobs(context, jobs)).toEqual(first);
    expect(await facts('JobCancelled')).toHaveLength(3);
    expect((await commands.cancelJobs(contextOf(ada), [])).cancelled).toEqual([]);
  });

  it('among many that was cancelled before others holds up no reader: the answer names the last that was cancelled now', async () => {
    const { log, commands, queued } = await openConversation();
    const [now, before] = [await queued(), await queued()];
    await commands.cancelJob(contextOf(ada), before.jobId);
    const { cancelled, position } = await commands.cancelJobs(contextOf(ada), [now.jobId, before.jobId]);
    expect(cancelled).toEqual([now.jobId]);
    expect(position).toBe(await log.head());
  });

  it('among many is not cancelled where one of them belongs to somebody else', async () => {
    const { commands, conversationId, queued, facts } = await openConversation();
    const own = await queued();
    const bens = await commands.postMessage(contextOf(ben), conversationId, { text: 'a boat', image: {} });
    const both = [own.jobId, bens.jobId as JobId];
    await expect(commands.cancelJobs(contextOf(ada), both)).rejects.toEqual(refused('forbidden'));
    await expect(commands.cancelJobs(contextOf(ada), [own.jobId, jobNumber(99)])).rejects.toEqual(
      refused('not_found'),
    );
    expect(await facts('JobCancelled')).toEqual([]);
  });

  it('is tried again as a new job that names the old, only where it failed or was cancelled', async () => {
    const { commands, desk, queued, facts } = await openConversation();
    const { jobId, messageId } = await queued();
    await expect(commands.retryJob(contextOf(ada), jobId)).rejects.toEqual(refused('job_not_retryable'));
    const claim = await desk.claim(jobId, 'sketch');
    await expect(commands.retryJob(contextOf(ada), jobId)).rejects.toEqual(refused('job_not_retryable'));
    if (claim === null) throw new Error('nobody else should have claimed it');
    await desk.fail(claim, { code: 'content_rejected', retryable: false, reference: 'r' });
    await expect(commands.retryJob(contextOf(ben), jobId)).rejects.toEqual(refused('forbidden'));
    await commands.retryJob(operator(), jobId);
    const [first, again] = await facts('JobQueued');
    expect(again?.data).toEqual({ ...first?.data, jobId: again?.jobId, retryOf: jobId });
    expect(again).toMatchObject({ actor: otto, messageId, ownerId: ada.id });
  });

  it('is not tried again by an owner who has left, who may still see it, nor for a message that is removed', async () => {
    const { commands, conversationId, queued } = await openConversation();
    const { jobId, messageId } = await queued();
    await commands.cancelJob(contextOf(ada), jobId);
    await commands.removeMessage(contextOf(ada), messageId);
    await expect(commands.retryJob(contextOf(ada), jobId)).rejects.toEqual(refused('message_removed'));
    await commands.removeParticipant(contextOf(ada), conversationId, ada.id);
    await expect(commands.retryJob(contextOf(ada), jobId)).rejects.toEqual(refused('forbidden'));
  });

  it('gets another priority of an operator alone, within its limits', async () => {
    const { log, commands, asked, queued, facts } = await openConversation();
    const { jobId } = await queued();
    await expect(commands.prioritizeJob(contextOf(ada), jobId, 5)).rejects.toEqual(refused('forbidden'));
    await expect(commands.prioritizeJob(contextOf(eve), jobId, 5)).rejects.toEqual(refused('not_found'));
    await expect(commands.prioritizeJob(operator(), jobId, 11)).rejects.toThrow(InvalidInput);
    const waiting = await asked();
    await expect(commands.prioritizeJob(operator(), waiting.jobId, 5)).rejects.toEqual(
      refused('job_not_queued'),
    );
    const { position } = await commands.prioritizeJob(operator(), jobId, 5);
    expect(position).toBe(await log.head());
    expect(await facts('JobPrioritized')).toMatchObject([
      { data: { previousPriority: 0, order: { priority: 5 } } },
    ]);
  });

  it('that only the documents know is not there: the log has no such message, or one that asks for no picture', async () => {
    const { log, commands, conversationId } = await openConversation();
    const { messageId } = await commands.postMessage(contextOf(ada), conversationId, { text: 'Hello' });
    const before = await log.head();
    for (const known of [messageNumber(99), messageId]) {
      const { commands: misled } = openDesks(log, { locateJob: async () => known });
      await expect(misled.retryJob(contextOf(ada), jobNumber(99))).rejects.toEqual(refused('not_found'));
    }
    expect(await log.head()).toBe(before);
  });

  it('is claimed though the answer of the log was lost', async () => {
    const { log, queued } = await openConversation();
    const { jobId } = await queued();
    const { desk } = openDesks(
      troubled(log, async (append) => {
        await append();
        throw new EventLogUnavailable('the connection broke');
      }),
    );
    expect(await desk.claim(jobId, 'sketch')).toMatchObject({ jobId, attempt: 1 });
  });
});

describe('the queue', () => {
  it('is paused and resumed by operators alone', async () => {
    const { commands, facts } = await openConversation();
    await expect(commands.pauseQueue(contextOf(ada))).rejects.toEqual(refused('forbidden'));
    await commands.pauseQueue(operator());
    await commands.pauseQueue(operator());
    await expect(commands.resumeQueue(contextOf(ada))).rejects.toEqual(refused('forbidden'));
    await commands.resumeQueue(operator());
    expect([await facts('QueuePaused'), await facts('QueueResumed')]).toMatchObject([
      [{ actor: otto }],
      [{ actor: otto }],
    ]);
  });
});

describe('twenty at once under one command id', () => {
  it.each<[string, (commands: Commands, context: CommandContext, ids: Told) => Promise<unknown>]>([
    ['startConversation', (commands, context) => commands.startConversation(context, { title: 'Pier' })],
    [
      'renameConversation',
      (commands, context, { conversationId }) => commands.renameConversation(context, conversationId, 'Pier'),
    ],
    [
      'addParticipant',
      (commands, context, { conversationId }) => commands.addParticipant(context, conversationId, eve.id),
    ],
    [
      'postMessage',
      (commands, context, { conversationId }) =>
        commands.postMessage(context, conversationId, { text: 'Hi', image: {} }),
    ],
    ['editMessage', (commands, context, { messageId }) => commands.editMessage(context, messageId, 'a ship')],
    [
      'mergeMetadata',
      (commands, context, { messageId }) => commands.mergeMetadata(context, messageId, { a: 1 }),
    ],
    ['removeMessage', (commands, context, { messageId }) => commands.removeMessage(context, messageId)],
    ['cancelJob', (commands, context, { jobId }) => commands.cancelJob(context, jobId)],
    ['cancelJobs', (commands, context, { jobId }) => commands.cancelJobs(context, [jobId])],
    ['retryJob', (commands, context, { cancelledId }) => commands.retryJob(context, cancelledId)],
  ])('%s has one effect and one answer', async (_, command) => {
    const { log, commands, conversationId, queued } = await openConversation();
    const { jobId, messageId } = await queued();
    const { jobId: cancelledId } = await queued();
    await commands.cancelJob(contextOf(ada), cancelledId);
    const context = contextOf(ada, ['user'], commandNumber(1));
    const processes = [openDesks({ ...log }).commands, openDesks({ ...log }).commands];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        command(processes[n % 2] ?? commands, context, { conversationId, jobId, messageId, cancelledId }),
      ),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const ids = (await eventsIn(log)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const once = (await eventsIn(log)).length;
    await command(commands, context, { conversationId, jobId, messageId, cancelledId });
    expect((await eventsIn(log)).length).toBe(once);
  });
});

describe('what follows from a request', () => {
  it('bears its correlation to the end: the message, the job, each of its attempts, and the retry another', async () => {
    const { commands, desk, conversationId, log } = await openConversation();
    const asking = contextOf(ada);
    const posted = await commands.postMessage(asking, conversationId, { text: 'a boat', image: {} });
    const jobId = posted.jobId as JobId;
    await desk.queue(posted.messageId);
    await desk.claim(jobId, 'sketch');
    await desk.giveUp(jobId, 1, { code: 'stuck', retryable: true, reference: 'r' });
    await commands.cancelJob(contextOf(ada), jobId);
    const retrying = contextOf(ada);
    const retried = await commands.retryJob(retrying, jobId);
    await desk.claim(retried.jobId, 'sketch');
    const of = async (request: CommandContext) =>
      (await eventsIn(log))
        .filter(({ correlationId }) => correlationId === request.correlationId)
        .map(({ type }) => type);
    expect(await of(asking)).toEqual(['MessagePosted', 'JobQueued', 'JobStarted', 'JobRequeued']);
    expect(await of(retrying)).toEqual(['JobQueued', 'JobStarted']);
  });
});
