import {
  ApiProblem,
  type ConnectionState,
  type ConversationView,
  type DarkroomApi,
  type DarkroomClient,
  type Observable,
  type QueueView,
  type Session,
  type Subscription,
  type UserView,
  type ViewState,
} from '../../src/client/client.ts';
import type { Command } from '../../src/client/command.ts';
import { conversationCommands } from '../../src/client/conversationCommands.ts';
import type { Attempt } from '../../src/client/http.ts';
import { statesOf } from '../../src/client/observable.ts';
import { createOutbox } from '../../src/client/outbox.ts';
import { createOutboxKeeping } from '../../src/client/outboxKeeping.ts';
import { memoryStorage } from '../../src/client/storage.ts';
import { type FailureCode, failures } from '../../src/events/failures.ts';
import type { ConversationId, ImageId, JobId, MessageId, Position, UserId } from '../../src/events/ids.ts';
import { positionOf } from '../../src/events/ids.ts';
import { count, side, steps } from '../../src/events/imageRequest.ts';
import type { Json, JsonObject } from '../../src/events/json.ts';
import type { Person } from '../../src/events/metadata.ts';
import type { Conversation, ImageState, Job, Message, ShownError } from '../../src/projections/model.ts';
import { compareQueueOrder, type QueuePlaces, type WaitingJob } from '../../src/projections/places.ts';

/**
 * A DarkroomClient without a server: what is done through `api` happens in memory, and `script` does
 * what other people and the workers would. The page can't tell it from the real one.
 */
export interface FakeClient extends DarkroomClient {
  readonly script: Script;
}

/** What an image id stands for, so that its bytes can be made when they are asked for. */
export interface FakePicture {
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  /** 0: nothing to be seen yet, 1: the finished picture. */
  readonly sharpness: number;
}

type Wanted = NonNullable<Parameters<DarkroomApi['postMessage']>[1]['image']>;

export interface Script {
  /** A conversation that is there already. */
  conversation(input: { title?: string; people?: readonly Person[]; startedBy?: Person }): Conversation;
  /** A message of anybody; with `image` it is accepted, not queued yet. */
  say(
    id: ConversationId,
    author: Person,
    text: string,
    more?: { image?: Wanted; metadata?: JsonObject; messageId?: MessageId },
  ): Message;
  /** Jobs of people who are in none of one's conversations. */
  strangers(howMany: number): void;
  queueUp(id: JobId): void;
  start(id: JobId): void;
  progress(id: JobId, step: number, more?: { stage?: string; preview?: boolean }): void;
  complete(id: JobId): void;
  fail(id: JobId, code: FailureCode): void;
  /** An attempt ended and another follows: it waits again with its ticket. */
  requeue(id: JobId): void;
  cancel(id: JobId): void;
  retry(id: JobId): JobId;
  pause(paused: boolean): void;
  connection(state: ConnectionState): void;
  view(state: ViewState): void;
  /** Lets time go by. */
  pass(milliseconds: number): void;
  /** The next call of the API is refused with this. */
  refuse(problem: ApiProblem): void;
  job(id: JobId): Job;
}

interface Options {
  readonly session: Session;
  readonly startAt?: number;
  readonly bytesOf?: (picture: FakePicture) => Blob;
}

interface Cell<Value> extends Observable<Value> {
  readonly set: (value: Value) => void;
}

const cell = <Value>(initial: Value): Cell<Value> => {
  const listeners = new Set<(value: Value) => void>();
  let value = initial;
  return {
    get state() {
      return value;
    },
    on: (_, listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set: (next) => {
      value = next;
      for (const listener of [...listeners]) listener(next);
    },
  };
};

const never = new AbortController().signal;

const subscriptionTo = <View>(store: Observable<View>): Subscription<View> => ({
  get state() {
    return store.state;
  },
  on: store.on,
  [Symbol.asyncIterator]: () => statesOf(store, never),
  close: () => undefined,
});

const mergePatch = (target: Json | undefined, patch: Json): Json => {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base =
    typeof target === 'object' && target !== null && !Array.isArray(target)
      ? { ...(target as JsonObject) }
      : {};
  const result: Record<string, Json> = base;
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
};

const problem = (status: number, code: string, detail: string): ApiProblem =>
  new ApiProblem(status, code, code, detail, `ref-${code}`, []);

const isEnded = ({ status }: ImageState): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled';

export const createFakeClient = ({
  session,
  startAt = Date.now(),
  bytesOf = () => new Blob(),
}: Options): FakeClient => {
  let clock = startAt;
  let born = performance.now();
  let lastPosition = 0;
  let lastId = 0;
  let paused = false;
  let viewState: ViewState = 'live';
  let refusal: ApiProblem | null = null;
  const conversations = new Map<ConversationId, Conversation>();
  const messages = new Map<MessageId, Message>();
  const jobs = new Map<JobId, Job>();
  const strangerJobs = new Map<Position, WaitingJob>();
  const pictures = new Map<string, FakePicture>();
  const self: Person = { id: session.user.id, name: session.user.name };

  const now = (): string => new Date(clock + performance.now() - born).toISOString();
  const next = (): Position => {
    lastPosition += 1;
    return positionOf(lastPosition);
  };
  const uuid = (): string => {
    lastId += 1;
    return `00000000-0000-7000-8000-${String(lastId).padStart(12, '0')}`;
  };
  const picture = (made: FakePicture): ImageId => {
    const id = (pictures.size + 1).toString(16).padStart(64, '0') as ImageId;
    pictures.set(id, made);
    return id;
  };

  // ----- views
  const connection = cell<ConnectionState>('connected');
  const userView = cell<UserView>({ view: 'live', conversations: [], jobs: [] });
  const queueView = cell<QueueView>({ view: 'live', queue: places() });
  const conversationViews = new Map<ConversationId, Cell<ConversationView>>();

  function places(): QueuePlaces {
    const waiting = [...jobs.values()]
      .filter(({ status, ticket }) => status === 'queued' && ticket !== null)
      .map(
        ({ ticket, priority, round, ownerId, jobId }): WaitingJob => ({
          ticket: ticket as Position,
          priority,
          round,
          own: ownerId === self.id ? jobId : null,
        }),
      )
      .concat([...strangerJobs.values()])
      .sort(compareQueueOrder);
    return {
      paused,
      waiting,
      running: [...jobs.values()].filter(({ status }) => status === 'running').length,
      waitingCount: waiting.length,
      position: positionOf(lastPosition),
    };
  }

  const viewOf = (id: ConversationId): ConversationView => {
    const conversation = conversations.get(id) ?? null;
    return {
      view: conversation === null ? 'not_found' : viewState,
      conversation,
      messages: [...messages.values()].filter(({ conversationId }) => conversationId === id),
      hasOlder: false,
    };
  };

  const publish = (): void => {
    userView.set({
      view: viewState,
      conversations: [...conversations.values()]
        .filter(({ participantIds }) => participantIds.includes(self.id))
        .sort((a, b) => (a.lastActivityPosition < b.lastActivityPosition ? 1 : -1)),
      jobs: [...jobs.values()].filter(({ ownerId }) => ownerId === self.id).reverse(),
    });
    queueView.set({ view: viewState, queue: places() });
    for (const [id, view] of conversationViews) view.set(viewOf(id));
  };

  // ----- changes
  const conversationOf = (id: ConversationId): Conversation => {
    const found = conversations.get(id);
    if (found === undefined) throw problem(404, 'not_found', 'There is no such conversation.');
    return found;
  };
  const messageOf = (id: MessageId): Message => {
    const found = messages.get(id);
    if (found === undefined) throw problem(404, 'not_found', 'There is no such message.');
    return found;
  };
  const jobOf = (id: JobId): Job => {
    const found = jobs.get(id);
    if (found === undefined) throw problem(404, 'not_found', 'There is no such picture.');
    return found;
  };

  const changeConversation = (id: ConversationId, change: Partial<Conversation>): Conversation => {
    const position = next();
    const old = conversationOf(id);
    const changed = { ...old, ...change, lastActivityAt: now(), lastActivityPosition: position, position };
    conversations.set(id, { ...changed, revision: old.revision + 1 });
    publish();
    return conversationOf(id);
  };
  const changeMessage = (id: MessageId, change: Partial<Message>): Message => {
    const old = messageOf(id);
    messages.set(id, { ...old, ...change, revision: old.revision + 1, position: next() });
    publish();
    return messageOf(id);
  };

  const imageOf = ({
    conversationId,
    messageId,
    owner,
    ownerId,
    retryOf,
    active,
    createdPosition,
    revision,
    position,
    ...image
  }: Job): ImageState => image;

  const changeJob = (id: JobId, change: Partial<ImageState>): Job => {
    const old = jobOf(id);
    const position = next();
    const changed: Job = { ...old, ...change, revision: old.revision + 1, position };
    jobs.set(id, { ...changed, active: !isEnded(changed) });
    const message = messages.get(old.messageId);
    if (message?.image?.jobId === id)
      messages.set(message.messageId, { ...message, image: imageOf(jobOf(id)), position });
    publish();
    return jobOf(id);
  };

  const accept = (
    message: Message,
    request: ImageState['request'],
    priority: number,
    before: Job | null,
  ): Job => {
    const position = next();
    const job: Job = {
      jobId: uuid() as JobId,
      status: 'accepted',
      request,
      ticket: null,
      priority,
      round: 0,
      place: null,
      step: 0,
      steps: 0,
      stage: null,
      percent: 0,
      preview: null,
      attempt: 0,
      attempts: 3,
      queuedAt: null,
      startedAt: null,
      endedAt: null,
      engine: null,
      model: null,
      seed: null,
      images: [],
      error: null,
      previous:
        before === null
          ? []
          : [...before.previous, { jobId: before.jobId, error: before.error, endedAt: before.endedAt }],
      earlierAttempts: [],
      notBefore: null,
      conversationId: message.conversationId,
      messageId: message.messageId,
      owner: message.author,
      ownerId: message.author.id,
      retryOf: before?.jobId ?? null,
      active: true,
      createdPosition: position,
      revision: 0,
      position,
    };
    jobs.set(job.jobId, job);
    messages.set(message.messageId, { ...message, image: imageOf(job), position });
    return job;
  };

  const shownError = (code: FailureCode): ShownError => ({
    code,
    ...failures[code],
    reference: `job-7f3a-${String(lastPosition).padStart(4, '0')}`,
  });

  const script: Script = {
    conversation: ({ title = '', people = [], startedBy = self }) => {
      const position = next();
      const participants = [startedBy, ...people.filter(({ id }) => id !== startedBy.id)];
      const at = now();
      const made: Conversation = {
        conversationId: uuid() as ConversationId,
        title,
        participants,
        participantIds: participants.map(({ id }) => id),
        startedBy,
        createdAt: at,
        archivedAt: null,
        lastActivityAt: at,
        lastActivityPosition: position,
        revision: 0,
        position,
      };
      conversations.set(made.conversationId, made);
      publish();
      return made;
    },
    say: (id, author, text, { image, metadata = {}, messageId = uuid() as MessageId } = {}) => {
      const known = messages.get(messageId);
      if (known !== undefined) return known;
      const position = next();
      messages.set(messageId, {
        messageId,
        conversationId: id,
        author,
        text,
        createdAt: now(),
        editedAt: null,
        removed: false,
        metadata,
        image: null,
        postedPosition: position,
        revision: 0,
        position,
      });
      if (image !== undefined)
        accept(
          messageOf(messageId),
          {
            prompt: image.prompt ?? text,
            negativePrompt: image.negativePrompt ?? null,
            width: image.width ?? 768,
            height: image.height ?? 768,
            steps: image.steps ?? 20,
            seed: image.seed ?? (lastPosition * 7_919) % 65_536,
            count: image.count ?? 1,
            model: image.model ?? null,
            timeoutMs: null,
          },
          image.priority ?? 0,
          null,
        );
      changeConversation(id, {});
      return messageOf(messageId);
    },
    strangers: (howMany) => {
      for (let index = 0; index < howMany; index += 1) {
        const ticket = next();
        strangerJobs.set(ticket, { ticket, priority: 0, round: 0, own: null });
      }
      publish();
    },
    queueUp: (id) => void changeJob(id, { status: 'queued', ticket: next(), queuedAt: now() }),
    start: (id) => {
      const { attempt, request } = jobOf(id);
      const steps = request.steps * request.count;
      changeJob(id, {
        status: 'running',
        attempt: attempt + 1,
        startedAt: now(),
        engine: 'sketch',
        steps,
        step: 0,
      });
    },
    progress: (id, step, { stage = 'drawing', preview = true } = {}) => {
      const { steps: all, request } = jobOf(id);
      const sharpness = step / all;
      changeJob(id, {
        step,
        stage,
        percent: Math.floor((step / all) * 100),
        ...(preview ? { preview: picture({ ...request, sharpness }) } : {}),
      });
    },
    complete: (id) => {
      const { request, steps: all } = jobOf(id);
      const images = Array.from({ length: request.count }, (_, index) => {
        const seed = request.seed + index;
        const imageId = picture({ seed, width: request.width, height: request.height, sharpness: 1 });
        return {
          imageId,
          url: `/api/v1/images/${imageId}`,
          width: request.width,
          height: request.height,
          contentType: 'image/svg+xml',
          bytes: 214_000 + index * 9_000,
          seed,
        };
      });
      changeJob(id, {
        status: 'completed',
        step: all,
        percent: 100,
        preview: null,
        images,
        model: 'sketch-1',
        seed: request.seed,
        endedAt: now(),
      });
    },
    fail: (id, code) =>
      void changeJob(id, { status: 'failed', preview: null, error: shownError(code), endedAt: now() }),
    requeue: (id) => {
      const { attempt, earlierAttempts } = jobOf(id);
      const over = { attempt, error: shownError('engine_unavailable'), endedAt: now() };
      changeJob(id, {
        ...{ status: 'queued', step: 0, percent: 0, preview: null, startedAt: null },
        earlierAttempts: [...earlierAttempts, over],
      });
    },
    cancel: (id) => {
      if (isEnded(jobOf(id))) return;
      changeJob(id, { status: 'cancelled', preview: null, error: shownError('cancelled'), endedAt: now() });
    },
    retry: (id) => {
      const old = jobOf(id);
      if (old.status !== 'failed' && old.status !== 'cancelled')
        throw problem(
          409,
          'job_not_retryable',
          'Only a picture that failed or was cancelled can be tried again.',
        );
      const job = accept(messageOf(old.messageId), old.request, old.priority, old);
      publish();
      return job.jobId;
    },
    pause: (stopped) => {
      paused = stopped;
      next();
      publish();
    },
    connection: (state) => connection.set(state),
    view: (state) => {
      viewState = state;
      publish();
    },
    pass: (milliseconds) => {
      clock += milliseconds;
    },
    refuse: (refused) => {
      refusal = refused;
    },
    job: jobOf,
  };

  // ----- the API
  const answer = async <Value>(act: () => Value): Promise<Value> => {
    await Promise.resolve();
    if (refusal !== null) {
      const refused = refusal;
      refusal = null;
      throw refused;
    }
    return act();
  };

  const checked = (image: Wanted): Wanted => {
    const errors = Object.entries({ width: side, height: side, steps, count }).flatMap(([name, schema]) => {
      const value = image[name as 'width' | 'height' | 'steps' | 'count'];
      const result = value === undefined ? null : schema.safeParse(value);
      return result === null || result.success
        ? []
        : [{ path: `image.${name}`, message: result.error.issues[0]?.message ?? 'is not possible' }];
    });
    if (errors.length > 0)
      throw new ApiProblem(
        400,
        'invalid_input',
        'Invalid input',
        'Something is not possible.',
        'ref-invalid',
        errors,
      );
    return image;
  };

  const api: DarkroomApi = {
    startConversation: ({ title, participants = [] }) =>
      answer(() => {
        const people = participants.map((id) => ({ id, name: id }));
        const conversation = script.conversation({ ...(title === undefined ? {} : { title }), people });
        return { conversation, position: conversation.position };
      }),
    conversations: () => answer(() => ({ items: [...userView.state.conversations], nextCursor: null })),
    conversation: (id) => answer(() => conversationOf(id)),
    renameConversation: (id, title) => answer(() => changeConversation(id, { title })),
    addParticipant: (id, userId) =>
      answer(() => {
        const { participants, participantIds } = conversationOf(id);
        changeConversation(id, {
          participants: [...participants, { id: userId, name: userId }],
          participantIds: [...participantIds, userId],
        });
      }),
    removeParticipant: (id, userId) =>
      answer(() => {
        const { participants, participantIds } = conversationOf(id);
        changeConversation(id, {
          participants: participants.filter((person) => person.id !== userId),
          participantIds: participantIds.filter((other) => other !== userId),
        });
      }),
    archiveConversation: (id) => answer(() => void changeConversation(id, { archivedAt: now() })),
    messages: (id) => answer(() => ({ items: [...viewOf(id).messages].reverse(), nextCursor: null })),
    history: () => answer(() => ({ items: [], nextCursor: null })),
    postMessage: (id, { messageId, text, metadata, image }) =>
      answer(() => {
        if (conversationOf(id).archivedAt !== null)
          throw problem(409, 'conversation_archived', 'This conversation is archived.');
        const message = script.say(id, self, text, {
          ...(messageId === undefined ? {} : { messageId }),
          ...(metadata === undefined ? {} : { metadata }),
          ...(image === undefined ? {} : { image: checked(image) }),
        });
        const job = message.image === null ? {} : { job: { jobId: message.image.jobId } };
        return { message, position: message.position, ...job };
      }),
    editMessage: (id, text) => answer(() => changeMessage(id, { text, editedAt: now() })),
    mergeMetadata: (id, patch) =>
      answer(() => changeMessage(id, { metadata: mergePatch(messageOf(id).metadata, patch) as JsonObject })),
    removeMessage: (id) =>
      answer(() => {
        const { image } = messageOf(id);
        if (image !== null) script.cancel(image.jobId);
        changeMessage(id, { removed: true, text: '', metadata: {}, image: null });
      }),
    job: (id) => answer(() => jobOf(id)),
    jobs: ({ status }) =>
      answer(() => ({
        items: [...jobs.values()].filter((job) => status === undefined || job.status === status),
        nextCursor: null,
      })),
    waitingJobs: ({ limit }) =>
      answer(() => ({
        items: [...jobs.values()].filter(({ status }) => status === 'queued').slice(0, limit),
        nextCursor: null,
      })),
    cancelJob: (id) =>
      answer(() => {
        script.cancel(id);
        return jobOf(id);
      }),
    cancelJobs: (ids) =>
      answer(() => {
        const own =
          ids ?? [...jobs.values()].filter(({ ownerId }) => ownerId === self.id).map(({ jobId }) => jobId);
        const active = own.filter((id) => !isEnded(jobOf(id)));
        for (const id of active) script.cancel(id);
        return active;
      }),
    retryJob: (id) => answer(() => jobOf(script.retry(id))),
    prioritizeJob: (id, priority) => answer(() => changeJob(id, { priority })),
    queueNow: () =>
      answer(() => {
        const { paused, waitingCount: waiting, running } = places();
        const by = paused ? { pausedBy: self, pausedAt: now() } : { pausedBy: null, pausedAt: null };
        return { paused, waiting, running, ...by, passedOver: null, workers: null, durations: null };
      }),
    pauseQueue: () => answer(() => script.pause(true)),
    resumeQueue: () => answer(() => script.pause(false)),
    engines: () =>
      answer(() => [{ name: 'sketch', circuit: 'closed', failures: 0, models: ['sketch-1'], health: null }]),
    image: (imageId) =>
      answer(() => {
        const made = pictures.get(imageId);
        if (made === undefined) throw problem(404, 'not_found', 'There is no such picture.');
        return bytesOf(made);
      }),
  };

  const attempt = async (command: Command): Promise<Attempt<unknown>> => {
    try {
      if (command.kind === 'post') return { answer: await api.postMessage(command.conversationId, command) };
      const job = command.kind === 'cancel' ? api.cancelJob(command.jobId) : api.retryJob(command.jobId);
      return { answer: { job: await job, position: positionOf(lastPosition) } };
    } catch (error) {
      if (error instanceof ApiProblem) return { problem: error, pause: null };
      throw error;
    }
  };
  const keeping = createOutboxKeeping(memoryStorage(), '', (cause) => {
    throw cause;
  });
  const outbox = createOutbox({ keeping, attempt, limit: 100, retryMs: 500 });

  born = performance.now();
  return {
    session,
    api,
    connection,
    outbox,
    script,
    conversation: (id) => {
      const view = conversationViews.get(id) ?? cell(viewOf(id));
      conversationViews.set(id, view);
      return Object.assign(subscriptionTo(view), {
        loadOlder: async () => undefined,
        ...conversationCommands(id, outbox),
      });
    },
    user: () => subscriptionTo(userView),
    queue: () => subscriptionTo(queueView),
    close: () => {
      outbox.close();
      connection.set('offline');
    },
  };
};

export const fakeSession = (name: string, roles: readonly string[] = ['user']): Session => ({
  token: `fake-${name}`,
  user: { id: `user-${name.toLowerCase()}` as UserId, name, roles },
});
