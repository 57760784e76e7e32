import type { MessageId } from '../events/ids.ts';
import { type ImageRequest, prompt as promptSchema } from '../events/imageRequest.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import { conversationStream, messageStream } from '../events/streams.ts';
import { causeOf } from './cause.ts';
import { circumstancesOf, permitIn } from './circumstances.ts';
import type { CommandContext, CommandSurroundings, Commands, WantedImage } from './commands.ts';
import { archivedError, conversationDecider } from './conversation.ts';
import { jobIdOf, messageIdOf } from './derivedIds.ts';
import { DomainError, InvalidInput } from './errors.ts';
import { handle, handleKnowing, notBegun } from './handler.ts';
import { type MessageCommand, type MessageState, messageDecider, noSuchMessage } from './message.ts';
import { type Action, may, type Principal, permit } from './permissions.ts';
import { openDoor } from './queueLimits.ts';
import { shareLoads } from './sharedLoads.ts';

/** What a picture is like where the person doesn't say. */
const defaults = {
  negativePrompt: null,
  width: 768,
  height: 768,
  steps: 24,
  count: 1,
  model: null,
  timeoutMs: null,
} as const;

/** @throws InvalidInput where neither the request nor the text is a prompt, by the field that should be */
const requestOf = (wanted: WantedImage, text: string, newSeed: () => number): ImageRequest => {
  const prompt = wanted.prompt ?? text;
  const path = wanted.prompt === undefined ? 'text' : 'image.prompt';
  if (prompt.trim() === '')
    throw new InvalidInput([{ path, message: 'must not be empty: it is the prompt' }]);
  const [wrong] = promptSchema.safeParse(prompt).error?.issues ?? [];
  if (wrong !== undefined) throw new InvalidInput([{ path, message: `${wrong.message}: it is the prompt` }]);
  return {
    prompt,
    negativePrompt: wanted.negativePrompt ?? defaults.negativePrompt,
    width: wanted.width ?? defaults.width,
    height: wanted.height ?? defaults.height,
    steps: wanted.steps ?? defaults.steps,
    seed: wanted.seed ?? newSeed(),
    count: wanted.count ?? defaults.count,
    model: wanted.model ?? defaults.model,
    timeoutMs: wanted.timeoutMs ?? defaults.timeoutMs,
  };
};

const checkPriority = (priority: number, who: Principal): void => {
  if (priority > 0 && !may('prioritizeJob', who))
    throw new DomainError(
      'forbidden',
      'Only an operator may ask for a priority above 0; leave it out, or use 0 or less.',
    );
};

const newMessage = notBegun(messageDecider);

type MessageCommands = Pick<Commands, 'postMessage' | 'editMessage' | 'mergeMetadata' | 'removeMessage'>;

export const messageCommands = (log: EventLog, surroundings: CommandSurroundings): MessageCommands => {
  const handling = { ...surroundings, log };
  const { door = openDoor } = surroundings;
  const loadConversation = shareLoads(log, conversationDecider);

  /** Rules across streams are read from the log; what is decided in the same instant may land behind. */
  const change = async (action: Action, context: CommandContext, id: MessageId, command: MessageCommand) => {
    const stream = messageStream(id);
    const cause = causeOf(context);
    const { position } = await handle(handling, messageDecider, stream, command, cause, async (message) => {
      if (message.status === 'none') throw noSuchMessage();
      const { author, conversationId } = message.posted;
      const { state: around } = await loadConversation(conversationStream(conversationId));
      permit(action, context.principal, { ...circumstancesOf(around), author: author.id }, noSuchMessage);
      if (around.status === 'archived') throw archivedError();
    });
    return { position };
  };

  return {
    async postMessage(context, conversationId, { messageId: given, text, metadata = {}, image }) {
      const { principal } = context;
      const { id, name } = principal;
      const messageId = given ?? messageIdOf(context.commandId);
      const priority = image?.priority ?? 0;
      const asked =
        image === undefined
          ? null
          : { jobId: jobIdOf(messageId), request: requestOf(image, text, surroundings.newSeed), priority };
      const command = {
        type: 'post',
        message: { messageId, conversationId, author: { id, name }, text, metadata, image: asked },
        seedLeftOpen: image?.seed === undefined,
      } as const;
      const stream = messageStream(messageId);
      const cause = causeOf(context);
      // An id that follows from the command's is new, or of this very command.
      const recall = () => (given === undefined ? newMessage : null);
      const mayPost = async (message: MessageState) => {
        const { state } = await loadConversation(conversationStream(conversationId));
        permitIn('post', principal, state);
        if (state.status === 'archived') throw archivedError();
        checkPriority(priority, principal);
        // Who repeats a message that is there already asks for no second picture.
        if (asked !== null && message.status === 'none') await door.permitOneMore(id);
      };
      const { position } = await handleKnowing(
        handling,
        messageDecider,
        stream,
        command,
        cause,
        recall,
        mayPost,
      );
      return { messageId, jobId: asked?.jobId ?? null, position };
    },
    editMessage: (context, id, text) => change('editMessage', context, id, { type: 'edit', text }),
    mergeMetadata: (context, id, patch) => change('mergeMetadata', context, id, { type: 'merge', patch }),
    removeMessage: (context, id) => change('removeMessage', context, id, { type: 'remove' }),
  };
};
