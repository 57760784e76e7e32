import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calculateQueuePosition, connect, type DarkroomClient } from '../../../src/client/index.ts';
import type { ConversationId } from '../../../src/events/ids.ts';
import { ada, ben, type Node, openNode } from '../../support/deliveryNode.ts';
import type { ToldJob } from '../../support/deliveryStory.ts';
import { openRoughLine, type RoughLine } from '../../support/roughLine.ts';
import { until } from '../../support/until.ts';

let node: Node;
let line: RoughLine;
let client: DarkroomClient;
let conversation: ConversationId;

beforeEach(async () => {
  node = await openNode({ TICK_MS: 200 });
  line = await openRoughLine(() => node.server.port);
  conversation = await node.story.start(ada, ben);
  const session = { token: 'ada', user: { ...ada, roles: ['user'] } };
  client = connect({ url: line.url, session, retryMs: 5, tickMs: 200 });
});
afterEach(async () => {
  await node.close();
  client.close();
  await line.close();
});

/** What the documents say at the end of the log. */
const atTheEnd = async () => {
  await node.stores.readModel.whenProcessed(await node.log.head(), 5_000);
  const of = (scope: Parameters<typeof node.stores.readModel.snapshot>[0]) =>
    node.stores.readModel.snapshot(scope, ada.id);
  const [open, queue, user] = await Promise.all([
    of({ scope: 'conversation', id: conversation }),
    of({ scope: 'queue' }),
    of({ scope: 'user' }),
  ]);
  return { open: open.snapshot, queue: queue.snapshot, user: user.snapshot };
};

/** Jobs of both people come, move and end, as workers and people would make them. */
const live = async (rounds: number, between: (round: number) => void | Promise<void>) => {
  const { story } = node;
  const waiting: ToldJob[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await story.post(conversation, ben, `line ${round}`);
    const job = await story.queued(conversation, round % 2 === 0 ? ada : ben, round % 3 === 0 ? -1 : 0);
    waiting.push(job);
    if (round % 4 === 3) {
      const first = waiting.shift() ?? job;
      await story.started(first);
      for (let step = 1; step <= 5; step += 1) await story.progressed(first, step);
      if (round % 8 === 3) await story.completed(first);
      else waiting.push(await story.requeued(first).then(() => first));
    }
    if (round % 5 === 4) await story.cancelled(waiting.splice(1, 1)[0] ?? job);
    await between(round);
  }
};

describe('a client of real delivery', () => {
  it('holds what the documents say, though its line breaks again and again', async () => {
    const view = client.conversation(conversation);
    const queue = client.queue();
    const user = client.user();
    await until(() => expect(view.state.view).toBe('live'));
    await live(40, async (round) => {
      if (round % 4 === 0) line.cut();
      if (round % 8 === 0) await until(() => expect(client.connection.state).toBe('connected'));
    });
    const { open, queue: places, user: own } = await atTheEnd();
    await until(() => {
      expect(view.state).toMatchObject({
        view: 'live',
        conversation: 'conversation' in open && open.conversation,
      });
      expect([...view.state.messages].reverse().slice(0, 50)).toEqual('messages' in open && open.messages);
      const { position, ...shown } = queue.state.queue;
      expect(shown).toEqual(places);
      const active = user.state.jobs.filter((job) => job.active);
      const expected = 'jobs' in own ? own.jobs : [];
      expect(active).toEqual(expected.toSorted((a, b) => (a.createdPosition < b.createdPosition ? 1 : -1)));
    });
    expect(view.state.messages).toHaveLength(80);
    expect(line.resets()).toBeGreaterThan(3);
    queue.state.queue.waiting.forEach((job, index) => {
      expect(calculateQueuePosition(queue.state.queue, job.ticket)).toBe(index + 1);
    });
  });

  it('that comes late holds the same as one that was there all along', async () => {
    const early = client.conversation(conversation);
    await until(() => expect(early.state.view).toBe('live'));
    await live(15, () => undefined);
    const session = { token: 'ben', user: { ...ben, roles: ['user'] } };
    const late = connect({ url: node.server.url, session, retryMs: 5 });
    const lateView = late.conversation(conversation);
    await until(() => {
      expect(early.state.messages).toHaveLength(30);
      expect(lateView.state).toEqual(early.state);
    });
    late.close();
  });

  it('is told that it was put out, and sees all of it when it is let in again', async () => {
    const view = client.conversation(conversation);
    const user = client.user();
    await until(() => expect([view.state.view, user.state.view]).toEqual(['live', 'live']));
    await node.story.leave(conversation, ada);
    await until(() => expect(view.state.view).toBe('lost'));
    await node.story.post(conversation, ben, 'behind her back');
    expect(view.state.messages).toHaveLength(0);
    await node.story.join(conversation, ada);
    await until(() => expect(view.state.messages.map(({ text }) => text)).toEqual(['behind her back']));
    expect(view.state.view).toBe('live');
  });
});
