import type { UserId } from '../../events/ids.ts';
import { conversations } from '../conversations.ts';
import type { DocumentReader } from '../documents/documentStore.ts';
import { jobs } from '../jobs.ts';
import { messages } from '../messages.ts';
import type { Conversation, Job, JobStatus, Message, QueueEntry } from '../model.ts';
import type { QueuePlaces, WaitingJob } from '../places.ts';
import type { ConversationSnapshot, Scope, UserSnapshot } from '../readModel.ts';
import { cursorOf, messagesIn } from './cursor.ts';
import { queryAll } from './queryAll.ts';
import { readQueue } from './readQueue.ts';

const newest = 50;
/** Above this many waiting jobs a snapshot of the queue lists own entries only. */
const wholeQueue = 1000;

/** The conversation of a snapshot is not there: the caller has checked that it exists, so the read model lags. */
export class NotProjectedYet extends Error {
  readonly code = 'read_model_behind';
}

const conversationSnapshot = async (reader: DocumentReader, id: string): Promise<ConversationSnapshot> => {
  const conversation = await reader.get(conversations.collection, id);
  if (conversation === null) throw new NotProjectedYet(`conversation ${id} is not in the read model yet`);
  const found = await reader.query<Message>({
    collection: messages.collection,
    where: { conversationId: id },
    orderBy: 'postedPosition',
    direction: 'descending',
    limit: newest + 1,
  });
  const shown = found.slice(0, newest);
  const last = found.length > newest ? shown.at(-1) : undefined;
  const nextCursor = last === undefined ? null : cursorOf(messagesIn(id), last.postedPosition);
  return { conversation, messages: shown, nextCursor };
};

const activeJobs = async (reader: DocumentReader, viewer: UserId, status: JobStatus): Promise<Job[]> =>
  queryAll<Job>(reader, {
    collection: jobs.collection,
    where: { ownerId: viewer, status },
    orderBy: 'createdPosition',
    direction: 'descending',
  });

const userSnapshot = async (reader: DocumentReader, viewer: UserId): Promise<UserSnapshot> => ({
  conversations: await reader.query<Conversation>({
    collection: conversations.collection,
    where: { participantIds: viewer },
    orderBy: 'lastActivityPosition',
    direction: 'descending',
    limit: newest,
  }),
  jobs: [
    ...(await activeJobs(reader, viewer, 'accepted')),
    ...(await activeJobs(reader, viewer, 'queued')),
    ...(await activeJobs(reader, viewer, 'running')),
  ].sort((a, b) => (a.createdPosition < b.createdPosition ? 1 : -1)),
});

const queueSnapshot = async (
  reader: DocumentReader,
  viewer: UserId,
): Promise<Omit<QueuePlaces, 'position'>> => {
  const { paused, waiting, running, jobs: entries } = await readQueue(reader, viewer, wholeQueue);
  const shown = ({ ticket, priority, round, ownerId, jobId }: QueueEntry): WaitingJob => ({
    ...{ ticket, priority, round },
    own: ownerId === viewer ? jobId : null,
  });
  return {
    paused,
    running,
    waitingCount: waiting,
    waiting:
      waiting <= wholeQueue
        ? entries.map(shown)
        : entries
            .filter(({ ownerId }) => ownerId === viewer)
            .map((entry) => ({ ...shown(entry), place: entry.place })),
  };
};

/** The state of a scope, as its reducers take it; places of pictures are left to scope `queue`. */
export const readSnapshot = (
  reader: DocumentReader,
  scope: Scope,
  viewer: UserId,
): Promise<ConversationSnapshot | UserSnapshot | Omit<QueuePlaces, 'position'>> => {
  switch (scope.scope) {
    case 'conversation':
      return conversationSnapshot(reader, scope.id);
    case 'user':
      return userSnapshot(reader, viewer);
    case 'queue':
      return queueSnapshot(reader, viewer);
  }
};
