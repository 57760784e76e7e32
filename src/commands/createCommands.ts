import type { EventLog } from '../events/log/eventLog.ts';
import { queueStream } from '../events/streams.ts';
import { causeOf } from './cause.ts';
import type { CommandContext, CommandSurroundings, Commands } from './commands.ts';
import { conversationCommands } from './conversationCommands.ts';
import { handle } from './handler.ts';
import { jobCommands } from './jobCommands.ts';
import { messageCommands } from './messageCommands.ts';
import { permit } from './permissions.ts';
import { queueDecider } from './queue.ts';

/** Everything that people can do, on this log. */
export const createCommands = (log: EventLog, surroundings: CommandSurroundings): Commands => {
  const handling = { ...surroundings, log };
  const changeQueue = async (context: CommandContext, type: 'pause' | 'resume') => {
    const mayChange = () => permit('changeQueue', context.principal, {});
    const cause = causeOf(context);
    const { position } = await handle(handling, queueDecider, queueStream, { type }, cause, mayChange);
    return { position };
  };
  return {
    ...conversationCommands(log, surroundings),
    ...messageCommands(log, surroundings),
    ...jobCommands(log, surroundings),
    pauseQueue: (context) => changeQueue(context, 'pause'),
    resumeQueue: (context) => changeQueue(context, 'resume'),
  };
};
