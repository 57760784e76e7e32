import { v7 } from 'uuid';
import { handle } from '../commands/handler.ts';
import { queueDecider } from '../commands/queue.ts';
import type { CommandId } from '../events/ids.ts';
import { queueStream } from '../events/streams.ts';
import { answering, type Register } from './command.ts';
import { exitCode } from './exitCode.ts';
import { commandLineActor, withLog } from './openStores.ts';

const addChange =
  (type: 'pause' | 'resume', description: string, said: string): Register =>
  (parent) => {
    answering(parent.command(type).description(description), [`darkroom queue ${type}`], ({ output }) =>
      withLog(async (log) => {
        const commandId = v7() as CommandId;
        const cause = { actor: commandLineActor(), commandId, correlationId: commandId };
        const handling = { log, now: () => new Date() };
        const { facts, position } = await handle(handling, queueDecider, queueStream, { type }, cause);
        const changed = facts.length > 0;
        output.result({ changed, position });
        output.line(changed ? said : `Nothing to do: ${said}`);
        return exitCode.done;
      }),
    );
  };

/** Whoever can reach the stores may: the event names them as `cli:<user>`. */
export const addQueuePause = addChange(
  'pause',
  'Begin no picture any more; those that are being drawn are finished.',
  'The queue is paused.',
);
export const addQueueResume = addChange(
  'resume',
  'Begin pictures again, in the order in which they wait.',
  'The queue is running.',
);
