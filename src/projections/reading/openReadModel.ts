import type { JobId, Position } from '../../events/ids.ts';
import { startOfLog } from '../../events/ids.ts';
import { conversations } from '../conversations.ts';
import type { DocumentReader, DocumentStore } from '../documents/documentStore.ts';
import { images } from '../images.ts';
import { jobs } from '../jobs.ts';
import { messages } from '../messages.ts';
import type { Conversation, Job, JobStatus, Message } from '../model.ts';
import { type AnyProjection, checkpointName } from '../projection.ts';
import type { Page, ReadModel } from '../readModel.ts';
import type { ProjectionRunner } from '../runner.ts';
import { placeOf, readQueue } from './readQueue.ts';
import { readSnapshot } from './readSnapshot.ts';
import { readLastInScope, readTimeline } from './readTimeline.ts';

/** Up to where all of these projections are complete. */
export const completeTo = async (
  reader: DocumentReader,
  projections: readonly AnyProjection[],
): Promise<Position> => {
  const checkpoints = await Promise.all(projections.map((each) => reader.checkpoint(checkpointName(each))));
  return checkpoints.map((each) => each?.position ?? startOfLog).toSorted()[0] ?? startOfLog;
};

/** The page of `items`, of which one more than `limit` was asked for, to learn whether there are more. */
export const pageOf = <Item>(
  items: readonly Item[],
  limit: number,
  at: (item: Item) => Position,
): Page<Item> => {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown, nextCursor: items.length > limit && last !== undefined ? at(last) : null };
};

const activeStatuses: readonly JobStatus[] = ['accepted', 'queued', 'running'];
const longestPage = 1000;

/** Fills in the place of a job, or of a message's picture, where it waits. */
const jobWithPlace = async (reader: DocumentReader, job: Job): Promise<Job> =>
  job.status === 'queued' ? { ...job, place: await placeOf(reader, job.jobId) } : job;

const messageWithPlace = async (reader: DocumentReader, message: Message): Promise<Message> =>
  message.image?.status === 'queued'
    ? { ...message, image: { ...message.image, place: await placeOf(reader, message.image.jobId) } }
    : message;

/** Everything that people read, from the documents that the projections wrote. */
export const openReadModel = (
  documents: DocumentStore,
  runner: Pick<ProjectionRunner, 'whenProcessed'>,
  all: readonly AnyProjection[],
): ReadModel => ({
  whenProcessed: (position, timeoutMs) => runner.whenProcessed(position, timeoutMs),
  position: () => completeTo(documents, all),

  conversation: (id) => documents.get(conversations.collection, id),
  async conversations(of, { limit, cursor }) {
    const found = await documents.query<Conversation>({
      collection: conversations.collection,
      where: { participantIds: of },
      orderBy: 'lastActivityPosition',
      direction: 'descending',
      ...(cursor === undefined ? {} : { after: cursor }),
      limit: limit + 1,
    });
    return pageOf(found, limit, (each) => each.lastActivityPosition);
  },

  message: (id) => documents.get(messages.collection, id),
  withPlace: (message) => documents.snapshot((reader) => messageWithPlace(reader, message)),
  messages: (of, { limit, cursor, before, after }) =>
    documents.snapshot(async (reader) => {
      const [older, newer] = await Promise.all(
        [before, after].map(async (id) =>
          id === undefined ? null : await reader.get(messages.collection, id),
        ),
      );
      const start = cursor ?? older?.postedPosition;
      const found = await reader.query<Message>({
        collection: messages.collection,
        where: { conversationId: of },
        orderBy: 'postedPosition',
        direction: 'descending',
        ...(start === undefined ? {} : { after: start }),
        ...(newer === null || newer === undefined ? {} : { until: newer.postedPosition }),
        limit: limit + 2,
      });
      const strictlyNewer = found.filter(({ messageId }) => messageId !== after);
      const page = pageOf(strictlyNewer, limit, (each) => each.postedPosition);
      const items = await Promise.all(page.items.map((each) => messageWithPlace(reader, each)));
      return { ...page, items };
    }),

  job: (id) =>
    documents.snapshot(async (reader) => {
      const job = await reader.get(jobs.collection, id);
      return job === null ? null : await jobWithPlace(reader, job);
    }),
  jobs: ({ of, status, conversation, limit, cursor }) =>
    documents.snapshot(async (reader) => {
      const found: Job[] = [];
      let after = cursor;
      // What no index serves (status within a conversation) is sifted here, a page at a time.
      for (;;) {
        const page = await reader.query<Job>({
          collection: jobs.collection,
          where:
            conversation !== undefined
              ? { conversationId: conversation }
              : { ...(of === null ? {} : { ownerId: of }), ...(status === undefined ? {} : { status }) },
          orderBy: 'createdPosition',
          direction: 'descending',
          ...(after === undefined ? {} : { after }),
          limit: limit + 1,
        });
        found.push(
          ...page.filter(
            (job) => (of === null || job.ownerId === of) && (status === undefined || job.status === status),
          ),
        );
        after = page.at(-1)?.createdPosition;
        if (found.length > limit || page.length <= limit) break;
      }
      const page = pageOf(found, limit, (each) => each.createdPosition);
      return { ...page, items: await Promise.all(page.items.map((each) => jobWithPlace(reader, each))) };
    }),
  activeJobs: (of) =>
    documents.snapshot(async (reader) => {
      const found: JobId[] = [];
      for (const status of activeStatuses) {
        let after: Position | undefined;
        for (;;) {
          const page: Job[] = await reader.query<Job>({
            collection: jobs.collection,
            where: { status, ...(of === null ? {} : { ownerId: of }) },
            orderBy: 'createdPosition',
            direction: 'ascending',
            ...(after === undefined ? {} : { after }),
            limit: longestPage,
          });
          found.push(...page.map(({ jobId }) => jobId));
          after = page.at(-1)?.createdPosition;
          if (page.length < longestPage) break;
        }
      }
      return found;
    }),

  queue: (viewer, limit) =>
    documents.snapshot(async (reader) => ({
      ...(await readQueue(reader, viewer, limit)),
      asOf: await completeTo(reader, all),
    })),

  imageUses: (imageId) =>
    documents.snapshot(async (reader) => {
      const uses = await reader.query({
        collection: images.collection,
        where: { imageId },
        orderBy: 'jobId',
        direction: 'ascending',
        limit: longestPage,
      });
      const found = await Promise.all(
        uses.map(async ({ jobId, kind }) => ({ kind, job: await reader.get(jobs.collection, jobId) })),
      );
      return found.flatMap(({ kind, job }) => (job === null ? [] : [{ kind, job }]));
    }),

  snapshot: (scope, viewer) =>
    documents.snapshot(async (reader) => {
      const position = await completeTo(reader, all);
      return { position, snapshot: await readSnapshot(reader, scope, viewer) };
    }),

  timeline: (scope, viewer, after, limit) =>
    documents.snapshot((reader) => readTimeline(reader, scope, viewer, after, limit)),
  lastInScope: (scope, viewer, position) =>
    documents.snapshot((reader) => readLastInScope(reader, scope, viewer, position)),
});
