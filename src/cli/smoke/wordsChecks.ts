import { isDeepStrictEqual } from 'node:util';
import { ApiProblem, connect, type Message } from '../../client/index.ts';
import { type Check, ensure, smallPicture } from './check.ts';
import { eventually } from './patience.ts';

/** Everything that a person wrote is there as it was written, also for who comes anew. */
export const keepsMessages: Check = async (scene) => {
  const { client, conversationId, url, session } = scene;
  const text = 'Every field is kept: “ñ”, 漢字, 🎨';
  const view = client.conversation(conversationId);
  const { message } = await view.post(text, { metadata: { mood: { calm: true, depth: 1 }, draft: true } });
  await client.api.mergeMetadata(message.messageId, { mood: { depth: 2 }, draft: null });
  const isKept = ({ messageId, text: now, author, metadata }: Message): boolean =>
    messageId === message.messageId &&
    now === text &&
    author.id === session.user.id &&
    isDeepStrictEqual(metadata, { mood: { calm: true, depth: 2 } });
  const read = await scene.read();
  ensure(read.some(isKept), `the message came back as ${JSON.stringify(read)}`);
  const other = connect({ url, session });
  try {
    const reloaded = other.conversation(conversationId);
    await eventually(scene, reloaded, 'the message after a reload', ({ messages }) => messages.some(isKept));
  } finally {
    other.close();
  }
  return 'text, author and merged metadata, by GET and after a reload';
};

const problemOf = async (asked: Promise<unknown>): Promise<ApiProblem> => {
  try {
    await asked;
  } catch (cause) {
    if (cause instanceof ApiProblem) return cause;
    throw cause;
  }
  throw new Error('a request that is wrong was taken');
};

/** Who cancels, and who asks for what can't be, is told so in words. */
export const endsInWords: Check = async ({ client, conversationId }) => {
  const image = { ...smallPicture, steps: 150 };
  const { job } = await client.api.postMessage(conversationId, { text: 'never mind', image });
  ensure(job !== undefined, 'the picture was not taken');
  const { status, error } = await client.api.cancelJob(job.jobId);
  ensure(status === 'cancelled', `the cancelled job is ${status}`);
  ensure(error !== null && error.title !== '' && error.whatToDo !== '', 'nothing says that it was cancelled');
  const wide = { ...smallPicture, width: 7 };
  const problem = await problemOf(client.api.postMessage(conversationId, { text: 'x', image: wide }));
  ensure(problem.code === 'invalid_input', `a width of 7 was refused as ${problem.code}`);
  ensure(problem.errors[0]?.path === 'image.width', 'the refusal does not name image.width');
  return `“${error.title}”; a wrong width is refused by name`;
};
