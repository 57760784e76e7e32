import { expect } from 'vitest';
import { load } from '../../src/commands/handler.ts';
import { messageDecider } from '../../src/commands/message.ts';
import type { DomainEvent } from '../../src/events/catalogue.ts';
import type { JobId } from '../../src/events/ids.ts';
import type { QueueOrder } from '../../src/events/job.ts';
import type { JsonObject } from '../../src/events/json.ts';
import type { EventLog } from '../../src/events/log/eventLog.ts';
import { mergePatch } from '../../src/events/mergePatch.ts';
import { messageStream } from '../../src/events/streams.ts';
import { messages } from '../../src/projections/messages.ts';
import type { Message, QueueEntry } from '../../src/projections/model.ts';
import { compareQueueOrder } from '../../src/projections/places.ts';
import { queue } from '../../src/projections/queue.ts';
import { eventsOf, keyOf, type Outcome, type Scene } from './storm.ts';

/** The end of a job: of each there is exactly one once everything has come to rest. */
const ends: ReadonlySet<string> = new Set(['JobCompleted', 'JobFailed', 'JobCancelled', 'JobRefused']);

/** These change something whenever they are let. */
const changing: ReadonlySet<string> = new Set(['merge', 'edit', 'rename', 'post']);

/** Every command that was answered is in the log once, and none that was refused; none came second for ever. */
const noCommandIsLostOrDoubled = (events: readonly DomainEvent[], outcomes: readonly Outcome[]): void => {
  expect(outcomes.map(({ became }) => became)).not.toContain('too_many_conflicts');
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  for (const { commandId, gust } of outcomes) {
    const became = outcomes.filter((other) => other.commandId === commandId).map((other) => other.became);
    const effects = events.filter(({ causationId }) => causationId === commandId);
    expect(effects.length).toBeLessThanOrEqual(1);
    if (became.includes('done') && changing.has(gust.does))
      expect([gust, effects]).toHaveProperty('1.length', 1);
    if (!became.includes('done') && !became.includes('unknown')) expect([gust, effects]).toEqual([gust, []]);
  }
};

/** Revisions and positions have no gap and no double. */
const streamsAreWhole = (events: readonly DomainEvent[]): void => {
  const revisions = new Map<string, number>();
  for (const { stream, revision } of events) {
    expect([stream, revision]).toEqual([stream, revisions.get(stream) ?? 0]);
    revisions.set(stream, revision + 1);
  }
};

/** The metadata that people read is what the accepted patches make in the log's order, and no key is lost. */
const noPatchIsLost = async (log: EventLog, scene: Scene, outcomes: readonly Outcome[]) => {
  const events = await eventsOf(log, scene);
  for (const [which, { messageId }] of scene.messages.entries()) {
    let document: Message | null = null;
    let expected: JsonObject = {};
    for (const event of events) {
      if (event.messageId !== messageId) continue;
      document = messages.apply(document, event, messageId);
      if (event.type === 'MessageMetadataMerged') expected = mergePatch(expected, event.data.patch);
    }
    const { state } = await load(log, messageStream(messageId), messageDecider);
    expect(document?.removed).toBe(state.status === 'removed');
    if (state.status !== 'posted') continue;
    expect(state.metadata).toEqual(expected);
    expect(document?.metadata).toEqual(expected);
    for (const { gust, became, commandId } of outcomes)
      if (gust.does === 'merge' && gust.which === which && became === 'done')
        expect(Object.keys(expected)).toContain(keyOf(commandId));
  }
};

/** Who waits, told from the events alone, in the plainest way. */
const waitingAfter = (waiting: ReadonlyMap<JobId, QueueOrder>, event: DomainEvent) => {
  const after = new Map(waiting);
  if (event.jobId === undefined) return after;
  if (event.type === 'JobQueued') {
    const { priority, round } = event.data;
    after.set(event.jobId, { ticket: event.position, priority, round });
  } else if (event.type === 'JobRequeued') after.set(event.jobId, event.data.order);
  else if (event.type === 'JobPrioritized' && waiting.has(event.jobId))
    after.set(event.jobId, event.data.order);
  else if (event.type === 'JobStarted' || ends.has(event.type)) after.delete(event.jobId);
  return after;
};

/** After each event the places are 1 to n, one each, in the order that the log tells. */
export const placesAreAlwaysWhole = (events: readonly DomainEvent[]): void => {
  let waiting: ReadonlyMap<JobId, QueueOrder> = new Map();
  const documents = new Map<string, QueueEntry | null>();
  for (const event of events) {
    const [id] = queue.keys(event);
    if (id === undefined) continue;
    waiting = waitingAfter(waiting, event);
    documents.set(id, queue.apply(documents.get(id) ?? null, event, id));
    const entries = [...documents.values()].filter((entry) => entry?.status === 'waiting');
    const places = entries.map((entry) => ({
      jobId: entry?.jobId,
      place: 1 + entries.filter((other) => (other?.orderKey ?? '') < (entry?.orderKey ?? '')).length,
    }));
    const inOrder = [...waiting].toSorted(([, one], [, other]) => compareQueueOrder(one, other));
    expect(places.toSorted((one, other) => one.place - other.place)).toEqual(
      inOrder.map(([jobId], index) => ({ jobId, place: index + 1 })),
    );
  }
};

const isToldByAttempt = (
  event: DomainEvent,
): event is Extract<DomainEvent, { type: 'JobProgressed' | 'JobCompleted' | 'JobFailed' | 'JobRequeued' }> =>
  ['JobProgressed', 'JobCompleted', 'JobFailed', 'JobRequeued'].includes(event.type);

/** Each job has one ticket of its own, begins each attempt once, is told of no other attempt, and ends once. */
export const noJobLivesTwice = (events: readonly DomainEvent[]): void => {
  const tickets = events.flatMap((event) => (event.type === 'JobQueued' ? [event.jobId] : []));
  expect(new Set(tickets).size).toBe(tickets.length);
  const attempts = events.flatMap((event) =>
    event.type === 'JobStarted' ? [`${event.jobId} ${event.data.attempt}`] : [],
  );
  expect(new Set(attempts).size).toBe(attempts.length);
  const running = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'JobStarted') running.set(event.stream, event.data.attempt);
    if (isToldByAttempt(event))
      expect([event.type, event.data.attempt]).toEqual([event.type, running.get(event.stream)]);
  }
  const ended = events.filter(({ type }) => ends.has(type)).map(({ jobId }) => jobId);
  expect(new Set(ended).size).toBe(ended.length);
};

/** What must hold after any storm, and after all that was begun is brought to its end. */
export const expectNothingLost = async (
  log: EventLog,
  scene: Scene,
  outcomes: readonly Outcome[],
  bringToRest: () => Promise<void>,
): Promise<void> => {
  noCommandIsLostOrDoubled(await eventsOf(log, scene), outcomes);
  await noPatchIsLost(log, scene, outcomes);
  await bringToRest();
  const events = await eventsOf(log, scene);
  streamsAreWhole(events);
  noJobLivesTwice(events);
  placesAreAlwaysWhole(events);
  const asked = events.flatMap((event) => {
    if (event.type === 'MessagePosted') return event.data.image === null ? [] : [event.data.image.jobId];
    return event.type === 'JobQueued' ? [event.data.jobId] : [];
  });
  for (const jobId of new Set(asked))
    expect([jobId, events.filter((event) => event.jobId === jobId && ends.has(event.type)).length]).toEqual([
      jobId,
      1,
    ]);
};
