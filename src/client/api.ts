import type { ConversationId, JobId, MessageId, Position } from '../events/ids.ts';
import type { Conversation, Job, Message } from '../projections/model.ts';
import type { DarkroomApi, EngineState, QueueNow } from './client.ts';
import { pathOf as at, type Http } from './http.ts';

type Placed<Body> = Body & { readonly position: Position };
interface PageOf<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** Reading with a position that the documents must have reached: what the views fetch beside their events. */
export interface ExactReads {
  conversation(id: ConversationId, atLeast: Position): Promise<Conversation>;
  /** The page before that message. */
  messages(id: ConversationId, before: MessageId, atLeast: Position): Promise<PageOf<Message>>;
}

export const createExactReads = (http: Http): ExactReads => ({
  conversation: async (id, atLeast) => {
    const path = at('conversations', id);
    return (await http.json<{ conversation: Conversation }>({ method: 'GET', path, atLeast })).conversation;
  },
  messages: (id, before, atLeast) =>
    http.json({ method: 'GET', path: at('conversations', id, 'messages'), query: { before }, atLeast }),
});

type Part<Names extends keyof DarkroomApi> = Pick<DarkroomApi, Names>;

const conversationCalls = (
  http: Http,
): Part<
  | 'startConversation'
  | 'conversations'
  | 'conversation'
  | 'renameConversation'
  | 'addParticipant'
  | 'removeParticipant'
  | 'archiveConversation'
> => ({
  startConversation: (body) => http.json({ method: 'POST', path: '/conversations', body }),
  conversations: (cursor) => http.json({ method: 'GET', path: '/conversations', query: { cursor } }),
  conversation: async (id) => {
    const path = at('conversations', id);
    return (await http.json<{ conversation: Conversation }>({ method: 'GET', path })).conversation;
  },
  renameConversation: async (id, title) => {
    const request = { method: 'PATCH', path: at('conversations', id), body: { title } } as const;
    return (await http.json<Placed<{ conversation: Conversation }>>(request)).conversation;
  },
  addParticipant: async (id, userId) => {
    await http.json({ method: 'POST', path: at('conversations', id, 'participants'), body: { userId } });
  },
  removeParticipant: async (id, userId) => {
    await http.json({ method: 'DELETE', path: at('conversations', id, 'participants', userId) });
  },
  archiveConversation: async (id) => {
    await http.json({ method: 'POST', path: at('conversations', id, 'archive'), body: {} });
  },
});

const messageCalls = (
  http: Http,
): Part<'messages' | 'history' | 'postMessage' | 'editMessage' | 'mergeMetadata' | 'removeMessage'> => ({
  messages: (id, cursor) =>
    http.json({ method: 'GET', path: at('conversations', id, 'messages'), query: { cursor } }),
  history: (of, cursor, atLeast) =>
    http.json({
      method: 'GET',
      path: '/audit',
      query: { ...of, limit: '200', cursor: cursor ?? undefined },
      ...(atLeast === undefined ? {} : { atLeast }),
    }),
  postMessage: (id, body) => http.json({ method: 'POST', path: at('conversations', id, 'messages'), body }),
  editMessage: async (id, text) => {
    const request = { method: 'PATCH', path: at('messages', id), body: { text } } as const;
    return (await http.json<Placed<{ message: Message }>>(request)).message;
  },
  mergeMetadata: async (id, patch) => {
    const answer = await http.json<Placed<{ message: Message }>>({
      method: 'PATCH',
      path: at('messages', id, 'metadata'),
      body: patch,
      contentType: 'application/merge-patch+json',
    });
    return answer.message;
  },
  removeMessage: async (id) => {
    await http.json({ method: 'DELETE', path: at('messages', id) });
  },
});

const jobCalls = (
  http: Http,
): Part<
  | 'job'
  | 'jobs'
  | 'waitingJobs'
  | 'cancelJob'
  | 'cancelJobs'
  | 'retryJob'
  | 'prioritizeJob'
  | 'queueNow'
  | 'pauseQueue'
  | 'resumeQueue'
  | 'engines'
> => ({
  job: async (id) => (await http.json<{ job: Job }>({ method: 'GET', path: at('jobs', id) })).job,
  jobs: ({ status, cursor, all = false }) => {
    const query = { status, cursor, limit: '200', all: all ? 'true' : undefined };
    return http.json({ method: 'GET', path: '/jobs', query });
  },
  waitingJobs: ({ limit, cursor }) => {
    const query = { all: 'true', status: 'queued', order: 'queue', limit: `${limit}`, cursor };
    return http.json({ method: 'GET', path: '/jobs', query });
  },
  cancelJob: async (id) => {
    const request = { method: 'POST', path: at('jobs', id, 'cancel'), body: {} } as const;
    return (await http.json<Placed<{ job: Job }>>(request)).job;
  },
  cancelJobs: async (jobIds) => {
    const body = jobIds === undefined ? {} : { jobIds };
    const request = { method: 'POST', path: '/jobs/cancel', body } as const;
    return (await http.json<Placed<{ cancelled: JobId[] }>>(request)).cancelled;
  },
  retryJob: async (id) => {
    const request = { method: 'POST', path: at('jobs', id, 'retry'), body: {} } as const;
    return (await http.json<Placed<{ job: Job }>>(request)).job;
  },
  prioritizeJob: async (id, priority) => {
    const request = { method: 'PATCH', path: at('jobs', id), body: { priority } } as const;
    return (await http.json<Placed<{ job: Job }>>(request)).job;
  },
  queueNow: () => http.json<QueueNow>({ method: 'GET', path: '/queue', query: { limit: '1' } }),
  pauseQueue: async () => {
    await http.json({ method: 'POST', path: '/queue/pause', body: {} });
  },
  resumeQueue: async () => {
    await http.json({ method: 'POST', path: '/queue/resume', body: {} });
  },
  engines: () => http.json<readonly EngineState[]>({ method: 'GET', path: '/engines' }),
});

/** The calls of docs/protocol.md, each by its name. */
export const createApi = (http: Http): DarkroomApi => ({
  ...conversationCalls(http),
  ...messageCalls(http),
  ...jobCalls(http),
  image: (imageId, signal, atLeast) =>
    http.blob({
      method: 'GET',
      path: at('images', imageId),
      signal,
      ...(atLeast === undefined ? {} : { atLeast }),
    }),
});
