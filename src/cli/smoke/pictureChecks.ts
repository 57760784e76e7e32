import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  type ConversationView,
  calculateQueuePosition,
  connect,
  type ImageState,
  memoryStorage,
  type QueueView,
} from '../../client/index.ts';
import type { JobId } from '../../events/ids.ts';
import { type Check, ensure, smallPicture } from './check.ts';
import { eventually } from './patience.ts';
import type { Scene } from './scene.ts';

const imagesOf = ({ messages }: ConversationView, jobIds: readonly JobId[]): readonly ImageState[] =>
  messages.flatMap(({ image }) => (image !== null && jobIds.includes(image.jobId) ? image : []));

const isOver = ({ status }: ImageState): boolean => status === 'completed' || status === 'failed';

/** What the socket tells comes from the log, so GET may be a moment behind it. */
const untilReadAs = async (scene: Scene, view: { readonly state: ConversationView }): Promise<void> => {
  const givenUp = performance.now() + scene.patienceMs;
  while (!isDeepStrictEqual(view.state.messages, await scene.read())) {
    const isOver = performance.now() > givenUp;
    ensure(!isOver, 'what came over the socket after a reconnect is not what GET answers');
    await delay(100);
  }
};

/** The places that own jobs were seen in, each once as long as it stays. */
const createPlacesSeen = () => {
  const seen = new Map<JobId, readonly number[]>();
  return {
    look({ queue }: QueueView): void {
      for (const { own, ticket } of queue.waiting) {
        const place = calculateQueuePosition(queue, ticket);
        if (own === null || place === null) continue;
        const before = seen.get(own) ?? [];
        if (before.at(-1) !== place) seen.set(own, [...before, place]);
      }
    },
    of: (id: JobId): readonly number[] => seen.get(id) ?? [],
  };
};

/** Two pictures that are asked for at once: each check goes on where the one before it has come to. */
export const createPictureChecks = () => {
  let jobIds: readonly JobId[] = [];
  const places = createPlacesSeen();
  const percents = new Set<number>();

  const acceptsTwoAtOnce: Check = async (scene) => {
    const { client, conversationId } = scene;
    const queue = client.queue();
    queue.on('change', places.look);
    const view = client.conversation(conversationId);
    view.on('change', (now) => {
      for (const { percent } of imagesOf(now, jobIds)) percents.add(percent);
    });
    await eventually(scene, queue, 'the queue over the socket', (now) => now.view === 'live');
    const post = (text: string) => client.api.postMessage(conversationId, { text, image: smallPicture });
    const posted = await Promise.all([post('a lighthouse at dusk'), post('a fox in the snow')]);
    jobIds = [...new Set(posted.flatMap(({ job }) => job?.jobId ?? []))];
    ensure(jobIds.length === 2, `two requests at once became ${jobIds.length} jobs`);
    const tickets = (now: ConversationView) => imagesOf(now, jobIds).flatMap(({ ticket }) => ticket ?? []);
    await eventually(scene, view, 'a ticket in the queue for each', (now) => tickets(now).length === 2);
    ensure(new Set(tickets(view.state)).size === 2, 'both have the same ticket');
    return 'two jobs, a ticket each';
  };

  const movesPlaces: Check = async (scene) => {
    const { client, conversationId } = scene;
    ensure(jobIds.length === 2, 'there are no two jobs to follow');
    const view = client.conversation(conversationId);
    await eventually(scene, view, 'both pictures to be begun', (now) =>
      imagesOf(now, jobIds).every(({ startedAt }) => startedAt !== null),
    );
    await eventually(scene, client.queue(), 'both to leave the queue', ({ queue }) =>
      queue.waiting.every(({ own }) => own === null || !jobIds.includes(own)),
    );
    return jobIds.map((id) => [...places.of(id), 'begun'].join(' → ')).join(', ');
  };

  const drawsThroughReconnect: Check = async (scene) => {
    const { url, session, conversationId } = scene;
    ensure(jobIds.length === 2, 'there are no two jobs to follow');
    const stateStorage = memoryStorage();
    const before = connect({ url, session, stateStorage });
    const held = before.conversation(conversationId);
    await eventually(scene, held, 'the conversation', ({ view }) => view === 'live');
    before.close();
    const after = connect({ url, session, stateStorage });
    try {
      const view = after.conversation(conversationId);
      await eventually(scene, view, 'both pictures to be drawn', (now) => {
        const images = imagesOf(now, jobIds);
        return now.view === 'live' && images.length === 2 && images.every(isOver);
      });
      const ended = imagesOf(view.state, jobIds);
      const failed = ended.find(({ status }) => status === 'failed')?.error;
      ensure(failed === undefined, `a picture failed: ${failed?.title} (${failed?.code})`);
      await untilReadAs(scene, view);
      const [picture] = ended[0]?.images ?? [];
      ensure(picture !== undefined, 'the picture is not there');
      const { size } = await after.api.image(picture.imageId);
      ensure(size === picture.bytes, `the picture has ${size} bytes and not ${picture.bytes}`);
      return `${percents.size} stages of progress seen; after a reconnect as by GET`;
    } finally {
      after.close();
    }
  };

  return { acceptsTwoAtOnce, movesPlaces, drawsThroughReconnect };
};
