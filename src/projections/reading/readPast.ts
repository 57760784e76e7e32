import type { ConversationId, JobId, MessageId, Position } from '../../events/ids.ts';
import { foldConversation } from '../conversations.ts';
import type { DocumentReader } from '../documents/documentStore.ts';
import { foldJob } from '../jobs.ts';
import { foldMessage, messages } from '../messages.ts';
import type { Conversation, ImageState, Job, Message, TimelineRow } from '../model.ts';
import type { Past } from '../past.ts';
import type { Page } from '../readModel.ts';
import { timeline } from '../timeline.ts';
import { goingOn, messagesIn, pageOf } from './cursor.ts';
import { waitingAt } from './readPastQueue.ts';
import { readLastRow, readRows } from './readRows.ts';

/** The document after these rows, by the reducer that makes today's. */
const folded = <Body>(
  rows: readonly TimelineRow[],
  fold: (body: Body | null, event: TimelineRow['event']) => Body | null,
): Body | null => rows.reduce<Body | null>((body, { event }) => fold(body, event), null);

/** What happened to a conversation itself. Its messages count only by the last of them. */
export const ownTypes = [
  'ConversationStarted',
  'ConversationRenamed',
  'ParticipantJoined',
  'ParticipantLeft',
  'ConversationArchived',
] as const;

export const readPastConversation = async (
  reader: DocumentReader,
  id: ConversationId,
  at: Position,
): Promise<Conversation | null> => {
  const own = await Promise.all(ownTypes.map((type) => readRows(reader, { conversationId: id, type }, at)));
  const lastPosted = await readLastRow(reader, { conversationId: id, type: 'MessagePosted' }, at);
  const rows = [...own.flat(), ...(lastPosted === null ? [] : [lastPosted])];
  return folded(
    rows.toSorted((one, other) => (one.position < other.position ? -1 : 1)),
    foldConversation,
  );
};

type Place = (image: ImageState) => number | null;

/** Tells the places that these pictures had; nobody who waited is looked for where none of them did. */
const placing = async (
  reader: DocumentReader,
  pictures: readonly (ImageState | null)[],
  at: Position,
): Promise<Place> => {
  if (!pictures.some((image) => image?.status === 'queued')) return () => null;
  const waiting = await waitingAt(reader, at);
  const places = new Map(waiting.map(({ jobId }, index) => [jobId, index + 1]));
  return (image) => (image.status === 'queued' ? (places.get(image.jobId) ?? null) : null);
};

const withPlaces = async (
  reader: DocumentReader,
  found: readonly Message[],
  at: Position,
): Promise<Message[]> => {
  const place = await placing(
    reader,
    found.map(({ image }) => image),
    at,
  );
  return found.map((message) => {
    const { image } = message;
    return image === null ? message : { ...message, image: { ...image, place: place(image) } };
  });
};

const messageAt = async (reader: DocumentReader, id: MessageId, at: Position): Promise<Message | null> =>
  folded(await readRows(reader, { messageId: id }, at), foldMessage);

export const readPastMessage = async (
  reader: DocumentReader,
  id: MessageId,
  at: Position,
): Promise<Message | null> => {
  const message = await messageAt(reader, id, at);
  return message === null ? null : ((await withPlaces(reader, [message], at))[0] ?? null);
};

export const readPastJob = async (reader: DocumentReader, id: JobId, at: Position): Promise<Job | null> => {
  const job = folded(await readRows(reader, { jobId: id }, at), foldJob);
  if (job === null) return null;
  const place = await placing(reader, [job], at);
  return { ...job, place: place(job) };
};

/** Messages posted by then, newest first, each as it was then. */
export const readPastMessages = async (
  reader: DocumentReader,
  of: ConversationId,
  at: Position,
  { limit, cursor, before, after }: Parameters<Past['messages']>[2],
): Promise<Page<Message>> => {
  const list = messagesIn(of);
  const [older, newer] = await Promise.all(
    [before, after].map(async (id) => (id === undefined ? null : await reader.get(messages.collection, id))),
  );
  const begins = [
    String(BigInt(at) + 1n).padStart(at.length, '0'),
    ...(older === null || older === undefined ? [] : [older.postedPosition]),
    ...Object.values(goingOn(list, cursor)),
  ].toSorted();
  const rows = await reader.query<TimelineRow>({
    collection: timeline.collection,
    where: { conversationId: of, type: 'MessagePosted' },
    orderBy: 'position',
    direction: 'descending',
    after: begins[0] ?? at,
    ...(newer === null || newer === undefined ? {} : { until: newer.postedPosition }),
    limit: limit + 2,
  });
  const posted = rows.filter(({ messageId }) => messageId !== null && messageId !== after);
  const page = pageOf(posted, limit, list, ({ position }) => position);
  const found = await Promise.all(
    page.items.map(({ messageId }) => (messageId === null ? null : messageAt(reader, messageId, at))),
  );
  return {
    ...page,
    items: await withPlaces(
      reader,
      found.filter((each) => each !== null),
      at,
    ),
  };
};
