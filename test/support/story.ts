import type { CommandContext, CommandSurroundings } from '../../src/commands/commands.ts';
import { createCommands } from '../../src/commands/createCommands.ts';
import type { Role } from '../../src/commands/permissions.ts';
import type { CommandId, ConversationId, ImageId, JobId } from '../../src/events/ids.ts';
import type { EventLog } from '../../src/events/log/eventLog.ts';
import type { Person } from '../../src/events/metadata.ts';
import { newId } from '../../src/newId.ts';
import { createJobDesk } from '../../src/workers/createJobDesk.ts';
import { ada } from './happened.ts';
import { eventsIn } from './readLog.ts';

const jobLimits = { attempts: 3, timeoutMs: 60_000 };
const now = (): Date => new Date();
const image = 'ab'.repeat(32) as ImageId;

/** What somebody asks for, each time under a new command id if none is given. */
export const contextOf = (
  person: Person,
  roles: readonly Role[] = ['user'],
  commandId: string = newId(),
): CommandContext => ({
  principal: { ...person, roles },
  commandId: commandId as CommandId,
  correlationId: newId(),
});
export const adas = (): CommandContext => contextOf(ada);

/** The message that asked for a job, as the log tells it. */
const locateIn = (log: EventLog) => async (id: JobId) => {
  for (const event of await eventsIn(log)) {
    if (event.type === 'MessagePosted' && event.data.image?.jobId === id) return event.data.messageId;
    if (event.type === 'JobQueued' && event.data.jobId === id) return event.data.messageId;
  }
  return null;
};

/** Commands and a worker's desk on a log, with nothing behind them. */
export const openDesks = (log: EventLog, surroundings: Partial<CommandSurroundings> = {}) => ({
  commands: createCommands(log, {
    now,
    newSeed: () => 7,
    nameOf: async (id) => id,
    locateJob: locateIn(log),
    jobLimits,
    ...surroundings,
  }),
  desk: createJobDesk({
    ...{ log, actor: { id: 'worker:test', name: 'Worker' }, newId, jobLimits },
    now: surroundings.now ?? now,
  }),
});

/** A conversation in which pictures are asked for, drawn, given up, cancelled, edited and removed. */
export const tellStory = async (log: EventLog, messages: number): Promise<ConversationId> => {
  const { commands, desk } = openDesks(log);
  const { conversationId } = await commands.startConversation(adas(), { title: 'Story' });
  for (let number = 0; number < messages; number += 1) {
    const posted = await commands.postMessage(adas(), conversationId, {
      text: `picture ${number}`,
      image: {},
    });
    const { messageId } = posted;
    await desk.queue(messageId);
    const jobId = posted.jobId as JobId;
    if (number % 5 === 4) {
      await commands.cancelJob(adas(), jobId);
      await commands.retryJob(adas(), jobId);
      continue;
    }
    const claim = await desk.claim(jobId, 'sketch');
    if (claim === null) throw new Error('nobody else should have claimed it');
    await desk.progress(claim, { step: 1, steps: 24, stage: 'sky', preview: image });
    await commands.mergeMetadata(adas(), messageId, { rating: number });
    if (number % 3 === 0) await desk.giveUp(jobId, 1, { code: 'stuck', retryable: true, reference: 'r' });
    else {
      const picture = {
        imageId: image,
        width: 8,
        height: 8,
        contentType: 'image/png',
        bytes: 9,
        seed: 7,
      } as const;
      await desk.complete(claim, { images: [picture], engine: 'sketch', model: 'm' });
    }
    if (number % 7 === 6) await commands.removeMessage(adas(), messageId);
  }
  return conversationId;
};
