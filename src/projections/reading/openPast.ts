import type { DocumentReader, DocumentStore } from '../documents/documentStore.ts';
import { messages } from '../messages.ts';
import type { Message } from '../model.ts';
import type { Past } from '../past.ts';
import { positionAt } from './positionAt.ts';
import { readEvents } from './readEvents.ts';
import { readPastConversation, readPastJob, readPastMessage, readPastMessages } from './readPast.ts';
import { readPastQueue } from './readPastQueue.ts';
import { readWaits } from './readWaits.ts';

/**
 * What was, from the documents that the projections wrote. What lies before the timeline's checkpoint stays
 * as it is, so only the queue, whose spans end, is read as of one moment.
 */
export const openPast = (documents: Pick<DocumentStore, keyof DocumentReader | 'snapshot'>): Past => ({
  positionAt: (time) => positionAt(documents, time),
  conversation: (id, at) => readPastConversation(documents, id, at),
  message: (id, at) => readPastMessage(documents, id, at),
  messages: (of, at, page) => readPastMessages(documents, of, at, page),
  job: (id, at) => readPastJob(documents, id, at),
  queue: (viewer, limit, at) => documents.snapshot((reader) => readPastQueue(reader, viewer, limit, at)),
  waits: (id) => documents.snapshot((reader) => readWaits(reader, id)),
  events: (filter, limit, seeing) => readEvents(documents, filter, limit, seeing),
  async removed(ids) {
    const found = await documents.getAll<Message>(messages.collection, ids);
    return new Set([...found.values()].flatMap(({ messageId, removed }) => (removed ? [messageId] : [])));
  },
});
