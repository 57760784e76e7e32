import type { Position } from '../../events/ids.ts';
import { startOfLog } from '../../events/ids.ts';
import { conversations } from '../conversations.ts';
import type { DocumentReader, DocumentStore } from '../documents/documentStore.ts';
import { images } from '../images.ts';
import { jobs } from '../jobs.ts';
import { messages } from '../messages.ts';
import type { Conversation, ImageState, ImageUse, Job, JobStatus, Message } from '../model.ts';
import { type AnyProjection, checkpointName } from '../projection.ts';
import type { ReadModel } from '../readModel.ts';
import type { ProjectionRunner } from '../runner.ts';
import { conversationsOf, goingOn, jobsBy, messagesIn, pageOf } from './cursor.ts';
import { queryAll } from './queryAll.ts';
import { readPace } from './readPace.ts';
import { placesOf, readQueue, readWaitingJobs } from './readQueue.ts';
import { readSnapshot } from './readSnapshot.ts';
import { readLastInScope, readTimeline, readTimelineTexts } from './readTimeline.ts';

/** Up to where all of these projections are complete. */
const completeTo = async (
  reader: DocumentReader,
  projections: readonly AnyProjection[],
): Promise<Position> => {
  const checkpoints = await Promise.all(projections.map((each) => reader.checkpoint(checkpointName(each))));
  return checkpoints.map((each) => each?.position ?? startOfLog).toSorted()[0] ?? startOfLog;
};

const activeStatuses: readonly JobStatus[] = ['accepted', 'queued', 'running'];

type Place = (image: ImageState) => number | null;

/** Tells the places of those of these pictures that wait. */
const placing = async (reader: DocumentReader, pictures: readonly (ImageState | null)[]): Promise<Place> => {
  const waiting = pictures.filter((image) => image?.status === 'queued');
  const places = await placesOf(
    reader,
    waiting.flatMap((image) => image?.jobId ?? []),
  );
  return (image) => (image.status === 'queued' ? (places.get(image.jobId) ?? null) : null);
};

const jobsWithPlace = async (reader: DocumentReader, found: readonly Job[]): Promise<Job[]> => {
  const place = await placing(reader, found);
  return found.map((job) => ({ ...job, place: place(job) }));
};

const messagesWithPlace = async (reader: DocumentReader, found: readonly Message[]): Promise<Message[]> => {
  const place = await placing(
    reader,
    found.map(({ image }) => image),
  );
  return found.map((message) => {
    const { image } = message;
    return image === null ? message : { ...message, image: { ...image, place: place(image) } };
  });
};

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
    const list = conversationsOf(of);
    const found = await documents.query<Conversation>({
      collection: conversations.collection,
      where: { participantIds: of },
      orderBy: 'lastActivityPosition',
      direction: 'descending',
      ...goingOn(list, cursor),
      limit: limit + 1,
    });
    return pageOf(found, limit, list, (each) => each.lastActivityPosition);
  },

  message: (id) =>
    documents.snapshot(async (reader) => {
      const message = await reader.get(messages.collection, id);
      return message === null ? null : ((await messagesWithPlace(reader, [message]))[0] ?? null);
    }),
  messages: (of, { limit, cursor, before, after }) =>
    documents.snapshot(async (reader) => {
      const [older, newer] = await Promise.all(
        [before, after].map(async (id) =>
          id === undefined ? null : await reader.get(messages.collection, id),
        ),
      );
      const list = messagesIn(of);
      const found = await reader.query<Message>({
        collection: messages.collection,
        where: { conversationId: of },
        orderBy: 'postedPosition',
        direction: 'descending',
        ...(older === null || older === undefined ? {} : { after: older.postedPosition }),
        ...goingOn(list, cursor),
        ...(newer === null || newer === undefined ? {} : { until: newer.postedPosition }),
        limit: limit + 2,
      });
      const strictlyNewer = found.filter(({ messageId }) => messageId !== after);
      const page = pageOf(strictlyNewer, limit, list, (each) => each.postedPosition);
      return { ...page, items: await messagesWithPlace(reader, page.items) };
    }),

  job: (id) =>
    documents.snapshot(async (reader) => {
      const job = await reader.get(jobs.collection, id);
      return job === null ? null : ((await jobsWithPlace(reader, [job]))[0] ?? null);
    }),
  jobs: ({ limit, cursor, ...filter }) =>
    documents.snapshot(async (reader) => {
      const { of, status, conversation } = filter;
      const list = jobsBy(filter);
      const found: Job[] = [];
      let from = goingOn(list, cursor);
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
          ...from,
          limit: limit + 1,
        });
        found.push(
          ...page.filter(
            (job) => (of === null || job.ownerId === of) && (status === undefined || job.status === status),
          ),
        );
        const last = page.at(-1);
        if (last === undefined || found.length > limit || page.length <= limit) break;
        from = { after: last.createdPosition };
      }
      const page = pageOf(found, limit, list, (each) => each.createdPosition);
      return { ...page, items: await jobsWithPlace(reader, page.items) };
    }),
  waitingJobs: (page) => documents.snapshot((reader) => readWaitingJobs(reader, page)),
  activeJobs: (of) =>
    documents.snapshot(async (reader) => {
      const found: Job[] = [];
      for (const status of activeStatuses)
        found.push(
          ...(await queryAll<Job>(reader, {
            collection: jobs.collection,
            where: { status, ...(of === null ? {} : { ownerId: of }) },
            orderBy: 'createdPosition',
            direction: 'ascending',
          })),
        );
      return found.map(({ jobId }) => jobId);
    }),

  queue: (viewer, limit) =>
    documents.snapshot(async (reader) => ({
      ...(await readQueue(reader, viewer, limit)),
      asOf: await completeTo(reader, all),
    })),

  pace: () => documents.snapshot(readPace),

  imageUses: (imageId) =>
    documents.snapshot(async (reader) => {
      const uses = await queryAll<ImageUse>(reader, {
        collection: images.collection,
        where: { imageId },
        orderBy: 'jobId',
        direction: 'ascending',
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
  timelineTexts: (of, after, limit) =>
    documents.snapshot((reader) => readTimelineTexts(reader, of, after, limit)),
  lastInScope: (scope, viewer, position) =>
    documents.snapshot((reader) => readLastInScope(reader, scope, viewer, position)),
});
