import { describe, expect, it } from 'vitest';
import type { ConversationId, JobId, UserId } from '../../../src/events/ids.ts';
import { positionOf, startOfLog } from '../../../src/events/ids.ts';
import type { ImageState } from '../../../src/projections/model.ts';
import {
  activeJobsOf,
  createImageJobsStore,
  drawingTime,
  expectedRemaining,
  finishedLast,
  followConversation,
  followUser,
  fromJob,
  learn,
  newestPosition,
  selectActivity,
  selectPlace,
  selectRest,
  selectWait,
} from '../../../web/stores/imageJobsStore.ts';
import { createFakeClient, type FakeClient, fakeSession } from '../../support/fakeClient.ts';

const session = fakeSession('Ada');
const bob = { id: 'user-bob' as UserId, name: 'Bob' };

const ask = (
  client: FakeClient,
  id: ConversationId,
  who = session.user as { id: UserId; name: string },
): JobId => {
  const { image } = client.script.say(id, who, 'a lake', { image: {} });
  if (image === null) throw new Error('the message asks for no picture');
  return image.jobId;
};

const opened = () => {
  const client = createFakeClient({ session });
  const { conversationId } = client.script.conversation({ people: [bob] });
  const store = createImageJobsStore();
  followUser(store, client.user(), client.queue());
  followConversation(store, client.conversation(conversationId));
  const ticketOf = (id: JobId) => client.script.job(id).ticket;
  return { client, store, conversationId, script: client.script, ticketOf };
};

describe('pictures', () => {
  it('are asked for as of the newest that any scope told', () => {
    const { client, store, conversationId, script } = opened();
    expect(newestPosition(store.getState())).toBe(startOfLog);
    const first = ask(client, conversationId);
    ask(client, conversationId);
    script.queueUp(first);
    expect(newestPosition(store.getState())).toBe(script.job(first).position);
  });
});

describe('places', () => {
  it('count those that wait before, and move when one of them leaves', () => {
    const { client, store, conversationId, script, ticketOf } = opened();
    const ids = [ask(client, conversationId, bob), ask(client, conversationId), ask(client, conversationId)];
    for (const id of ids) script.queueUp(id);
    const last = ids[2] as JobId;
    expect(selectPlace(ticketOf(last))(store.getState())).toBe(3);
    script.start(ids[0] as JobId);
    expect(selectPlace(ticketOf(last))(store.getState())).toBe(2);
    script.cancel(ids[1] as JobId);
    expect(selectPlace(ticketOf(last))(store.getState())).toBe(1);
    script.start(last);
    expect(selectPlace(ticketOf(last))(store.getState())).toBeNull();
  });

  it('count the jobs of strangers too, and those of a higher priority that come later', () => {
    const { client, store, conversationId, script, ticketOf } = opened();
    script.strangers(4);
    const id = ask(client, conversationId);
    script.queueUp(id);
    expect(selectPlace(ticketOf(id))(store.getState())).toBe(5);
    const { image } = script.say(conversationId, bob, 'urgent', { image: { priority: 5 } });
    script.queueUp(image?.jobId as JobId);
    expect(selectPlace(ticketOf(id))(store.getState())).toBe(6);
  });

  it('are unknown without a ticket', () => {
    expect(selectPlace(null)(opened().store.getState())).toBeNull();
  });
});

describe('the time until a job is begun', () => {
  it('is known from the first picture that was finished while watching', () => {
    const { client, store, conversationId, script, ticketOf } = opened();
    const [first, second] = [ask(client, conversationId, bob), ask(client, conversationId)];
    script.queueUp(first);
    script.queueUp(second);
    expect(selectWait(ticketOf(second))(store.getState())).toBeNull();
    script.start(first);
    script.pass(8_000);
    script.complete(first);
    expect(selectWait(ticketOf(second))(store.getState())).toBe('a few seconds');
  });

  it('is said with how far it may be off, from what the server has measured of everyone’s', async () => {
    const { client, store, conversationId, script, ticketOf } = opened();
    script.strangers(3);
    const id = ask(client, conversationId);
    script.queueUp(id);
    const durations = { median: 60_000, spread: 20_000 };
    store.setState({ queueNow: { ...(await client.api.queueNow()), workers: 2, durations } });
    expect(selectWait(ticketOf(id))(store.getState())).toBe('about 2 min (±30 s)');
    script.pause(true);
    expect(selectWait(ticketOf(id))(store.getState())).toBeNull();
  });
});

describe('the time until a running job is done', () => {
  const running = { startedAt: '2026-03-01T10:00:00.000Z', step: 5, steps: 20 } as ImageState;
  const later = (milliseconds: number): number => Date.parse('2026-03-01T10:00:00.000Z') + milliseconds;

  it('goes on at the pace so far', () => {
    expect(expectedRemaining(running, later(10_000))).toBe(30_000);
  });

  it('is not said before there is a pace, nor where the browser’s clock is behind', () => {
    expect(expectedRemaining({ ...running, step: 1 }, later(10_000))).toBeNull();
    expect(expectedRemaining(running, later(-5_000))).toBeNull();
    expect(expectedRemaining({ ...running, startedAt: null }, later(0))).toBeNull();
  });
});

describe('what is known of jobs', () => {
  it('is never replaced by something older from another scope', () => {
    const { client, conversationId, script } = opened();
    const id = ask(client, conversationId);
    const accepted = fromJob(script.job(id));
    script.queueUp(id);
    const queued = fromJob(script.job(id));
    const jobs = learn(new Map(), [queued]);
    expect(learn(jobs, [accepted])).toBe(jobs);
    expect(learn(learn(new Map(), [accepted]), [queued]).get(id)).toBe(queued);
  });

  it('stays the same object when nothing is new, so that nothing is drawn again', () => {
    const { client, store, conversationId, script } = opened();
    ask(client, conversationId);
    const { jobs, pace } = store.getState();
    script.say(conversationId, bob, 'just words');
    expect(store.getState().jobs).toBe(jobs);
    expect(store.getState().pace).toBe(pace);
  });

  it('lists one’s own that are on their way, those being drawn first', () => {
    const { client, store, conversationId, script } = opened();
    const ids = [ask(client, conversationId), ask(client, conversationId), ask(client, conversationId)];
    for (const id of ids) script.queueUp(id);
    script.start(ids[1] as JobId);
    ask(client, conversationId, bob);
    const active = activeJobsOf(store.getState(), session.user.id).map(({ image }) => image.jobId);
    expect(active).toEqual([ids[1], ids[0], ids[2]]);
    for (const id of ids) script.cancel(id);
    expect(activeJobsOf(store.getState(), session.user.id)).toEqual([]);
  });

  it('says of a conversation whether a picture of one’s own waits or is drawn in it', () => {
    const { client, store, conversationId, script } = opened();
    const activity = () => selectActivity(conversationId, session.user.id)(store.getState());
    ask(client, conversationId, bob);
    expect(activity()).toBeNull();
    const id = ask(client, conversationId);
    expect(activity()).toBe('waiting');
    script.queueUp(id);
    script.start(id);
    expect(activity()).toBe('drawing');
    script.complete(id);
    expect(activity()).toBeNull();
  });

  it('says that an engine rests where all that can draw the job do, and not for the sake of another', () => {
    const retryAt = '2026-03-01T10:00:00.000Z';
    const engines = [
      { name: 'comfyui', models: ['sdxl'], circuit: 'open', failures: 5, retryAt, health: null },
      { name: 'sketch', models: ['sketch-1'], circuit: 'closed', failures: 5, health: null },
    ] as const;
    expect(selectRest('sdxl')({ engines })).toBe(retryAt);
    expect(selectRest('sketch-1')({ engines })).toBeNull();
    expect(selectRest(null)({ engines })).toBeNull();
  });

  it('measures the newest completed jobs only, and no failed one', () => {
    const image = (n: number, status: 'completed' | 'failed', seconds: number) => ({
      ...fromJob({} as never),
      position: positionOf(n),
      image: {
        status,
        startedAt: `2026-03-01T10:${String(n).padStart(2, '0')}:00.000Z`,
        endedAt: `2026-03-01T10:${String(n).padStart(2, '0')}:${String(seconds).padStart(2, '0')}.000Z`,
      } as ImageState,
    });
    const times = (jobs: readonly ReturnType<typeof image>[]) => finishedLast(jobs).map(drawingTime);
    expect(times([image(1, 'completed', 4), image(3, 'failed', 9), image(2, 'completed', 6)])).toEqual([
      6_000, 4_000,
    ]);
    const many = Array.from({ length: 30 }, (_, n) => image(n, 'completed', n));
    expect(times(many)).toHaveLength(20);
    expect(times(many)[0]).toBe(29_000);
  });
});
