import { ApiProblem } from '../../../src/client/client.ts';
import type { ConversationId, JobId, UserId } from '../../../src/events/ids.ts';
import type { Person } from '../../../src/events/metadata.ts';
import type { FakeClient } from '../fakeClient.ts';

const bob: Person = { id: 'user-bob' as UserId, name: 'Bob Tanaka' };
const carla: Person = { id: 'user-carla' as UserId, name: 'Carla Mendes' };
const dev: Person = { id: 'user-dev' as UserId, name: 'Dev' };
const eva: Person = { id: 'user-eva' as UserId, name: 'Eva Lind' };

export interface Scene {
  readonly open: ConversationId | null;
  /** Goes on by itself after the page is shown. */
  readonly later?: () => void;
}

const jobIn = (client: FakeClient, id: ConversationId, who: Person, text: string, image = {}): JobId => {
  const message = client.script.say(id, who, text, { image });
  if (message.image === null) throw new Error('no job');
  return message.image.jobId;
};

const done = (
  client: FakeClient,
  id: ConversationId,
  who: Person,
  text: string,
  image = {},
  took = 4_200,
): JobId => {
  const job = jobIn(client, id, who, text, image);
  client.script.queueUp(job);
  client.script.pass(1_500);
  client.script.start(job);
  client.script.pass(took);
  client.script.complete(job);
  client.script.pass(30_000);
  return job;
};

const others = (client: FakeClient): void => {
  for (const title of [
    'Album cover ideas',
    'Kitchen moodboard',
    'Winter campaign, second round with a long name',
  ])
    client.script.conversation({ title, people: [bob] });
  client.script.conversation({ people: [carla, dev] });
};

const me = (client: FakeClient): Person => client.session.user;

export const scenes: Record<string, (client: FakeClient) => Scene> = {
  home: () => ({ open: null }),
  empty: (client) => {
    others(client);
    return { open: client.script.conversation({}).conversationId };
  },
  queue: (client) => {
    others(client);
    const { script } = client;
    const { conversationId: id } = script.conversation({ title: 'Lake house prints', people: [bob] });
    done(client, id, bob, 'a small red boat on a quiet lake at dawn', { width: 896, height: 640 }, 8_000);
    const running = jobIn(client, id, bob, 'the same lake in autumn', { width: 896, height: 640 });
    script.queueUp(running);
    script.start(running);
    script.progress(running, 9);
    script.strangers(1);
    for (const text of [
      'misty mountains over a lake at sunset',
      'a lighthouse in a winter storm',
      'desert dunes at night',
    ]) {
      script.queueUp(jobIn(client, id, me(client), text, { width: 896, height: 640 }));
      script.strangers(1);
    }
    script.pass(7_000);
    return { open: id };
  },
  next: (client) => {
    const { script } = client;
    const { conversationId: id } = script.conversation({ title: 'Lake house prints', people: [bob] });
    done(client, id, me(client), 'a small red boat', {}, 8_000);
    script.queueUp(jobIn(client, id, me(client), 'misty mountains over a lake at sunset'));
    return { open: id };
  },
  running: (client) => {
    others(client);
    const { script } = client;
    const { conversationId: id } = script.conversation({ title: 'Misty mountains', people: [bob, carla] });
    script.say(id, bob, 'Could we try something with more fog? The last one was very clear.');
    script.say(id, carla, 'And a bit wider please, it goes across two pages.');
    const job = jobIn(
      client,
      id,
      me(client),
      'misty mountains over a lake at sunset, long exposure, calm water',
      {
        width: 1216,
        height: 512,
        steps: 30,
        seed: 7,
      },
    );
    script.queueUp(job);
    script.start(job);
    script.pass(6_200);
    script.progress(job, 18);
    return { open: id };
  },
  batch: (client) => {
    others(client);
    const { script } = client;
    const { conversationId: id } = script.conversation({ title: 'Four variants', people: [bob] });
    const job = jobIn(client, id, me(client), 'a quiet forest path in the morning fog', {
      count: 4,
      seed: 31,
      steps: 20,
    });
    script.queueUp(job);
    script.start(job);
    script.pass(9_000);
    script.progress(job, 18);
    return { open: id, later: () => setTimeout(() => script.progress(job, 48), 600) };
  },
  done: (client) => {
    others(client);
    const { script } = client;
    const { conversationId: id } = script.conversation({
      title: 'Misty mountains',
      people: [bob, carla, dev, eva],
    });
    script.say(id, bob, 'Two for the cover, then we decide?');
    const job = done(client, id, me(client), 'misty mountains over a lake at sunset', {
      width: 896,
      height: 640,
      seed: 5,
    });
    void client.api.mergeMetadata(script.job(job).messageId, {
      favourite: true,
      tags: { cover: true, 'spring 2027': true },
    });
    script.say(id, carla, 'This one. The light is exactly what I had in mind ☀️');
    return { open: id };
  },
  grid: (client) => {
    others(client);
    const { script } = client;
    const { conversationId: id } = script.conversation({ title: 'Four variants', people: [bob] });
    done(client, id, me(client), 'a quiet forest path in the morning fog', { count: 4, seed: 31 }, 12_400);
    return { open: id };
  },
  portrait: (client) => {
    const { script } = client;
    const { conversationId: id } = script.conversation({ title: 'Portrait and strip' });
    done(client, id, me(client), 'a tall tower', { width: 640, height: 896, seed: 9 });
    done(client, id, me(client), 'a very long strip', { width: 1536, height: 128, seed: 3 });
    return { open: id };
  },
  error: (client) => {
    others(client);
    const { script } = client;
    const { conversationId: id } = script.conversation({ title: 'Things that went wrong' });
    const first = jobIn(client, id, me(client), 'an enormous city seen from above, every window lit');
    script.queueUp(first);
    script.start(first);
    script.fail(first, 'out_of_memory');
    const second = jobIn(client, id, me(client), 'something that nobody may draw');
    script.queueUp(second);
    script.start(second);
    script.fail(second, 'content_rejected');
    const third = jobIn(client, id, me(client), 'a bridge in the rain');
    script.queueUp(third);
    script.cancel(third);
    const fourth = jobIn(client, id, me(client), 'a lantern in the snow');
    script.queueUp(fourth);
    script.start(fourth);
    script.fail(fourth, 'stuck');
    const again = script.retry(fourth);
    script.queueUp(again);
    script.start(again);
    script.requeue(again);
    return { open: id };
  },
  accepted: (client) => {
    const { script } = client;
    const { conversationId: id } = script.conversation({ title: 'Just asked' });
    jobIn(client, id, me(client), 'desert dunes under a sky full of stars', { width: 896, height: 640 });
    return { open: id };
  },
  paused: (client) => {
    const scene = scenes.queue?.(client);
    client.script.pause(true);
    client.script.connection('reconnecting');
    client.script.view('stale');
    return scene ?? { open: null };
  },
  refused: (client) => {
    const { conversationId: id } = client.script.conversation({ title: 'Refused' });
    client.script.refuse(
      new ApiProblem(
        429,
        'rate_limited',
        'Too fast',
        'You may ask for 60 pictures a minute. Try again in 12 seconds.',
        '01981f-77ac',
        [],
      ),
    );
    return { open: id };
  },
  live: (client) => {
    const { script } = client;
    const { conversationId: id } = script.conversation({ title: 'Live' });
    const job = jobIn(client, id, me(client), 'misty mountains over a lake at sunset', {
      seed: 12,
      steps: 20,
    });
    let step = 0;
    const turn = (): void => {
      step += 1;
      if (step > 20) script.complete(job);
      else {
        script.progress(job, step);
        setTimeout(turn, 350);
      }
    };
    return {
      open: id,
      later: () => {
        setTimeout(() => script.queueUp(job), 600);
        setTimeout(() => script.start(job), 1_600);
        setTimeout(turn, 2_200);
      },
    };
  },
};
