import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../src/events/catalogue.ts';
import { foldConversation } from '../../../src/projections/conversations.ts';
import { images } from '../../../src/projections/images.ts';
import { foldJob, jobs } from '../../../src/projections/jobs.ts';
import type { Conversation, Job } from '../../../src/projections/model.ts';
import type { Positioned, Projection } from '../../../src/projections/projection.ts';
import { queueing } from '../../../src/projections/queueing.ts';
import { queueChange } from '../../../src/projections/scopes.ts';
import { timeline } from '../../../src/projections/timeline.ts';
import {
  ada,
  ben,
  conversationNumber,
  imageNumber,
  jobNumber,
  messageNumber,
  openHistory,
  orderOf,
} from '../../support/happened.ts';

/** All documents of a projection after these events. */
const project = <Body extends Positioned>(projection: Projection<Body>, events: readonly DomainEvent[]) => {
  const documents = new Map<string, Body | null>();
  for (const event of events)
    for (const id of projection.keys(event))
      documents.set(id, projection.apply(documents.get(id) ?? null, event, id));
  return new Map([...documents].filter((entry): entry is [string, Body] => entry[1] !== null));
};

describe('conversations', () => {
  it('hold who takes part, title, archive and last activity', () => {
    const history = openHistory();
    history.starts(1);
    history.conversation(1, { type: 'ParticipantJoined', data: { participant: ben } });
    history.conversation(1, { type: 'ConversationRenamed', data: { title: 'Sea' } });
    const posted = history.asks(1);
    history.conversation(1, { type: 'ParticipantLeft', data: { participant: ada } });
    const archived = history.conversation(1, { type: 'ConversationArchived', data: {} });
    const document = history.events.reduce<Conversation | null>(foldConversation, null);
    expect(document).toMatchObject({
      title: 'Sea',
      startedBy: ada,
      participants: [ben],
      participantIds: [ben.id],
      lastActivityAt: posted.at,
      lastActivityPosition: posted.position,
      archivedAt: archived.at,
      revision: 5,
    });
  });
});

describe('jobs', () => {
  it('are there from the moment the message is accepted', () => {
    const history = openHistory();
    history.asks(1);
    expect(project(jobs, history.events).get(jobNumber(1))).toMatchObject({
      status: 'accepted',
      active: true,
      owner: ada,
      revision: -1,
    });
  });

  it('can be cancelled before they are queued', () => {
    const history = openHistory();
    history.asks(1);
    history.job(1, { type: 'JobCancelled', data: { by: ada, was: 'accepted', order: null } });
    expect(history.events.reduce<Job | null>(foldJob, null)).toMatchObject({
      status: 'cancelled',
      active: false,
      revision: 0,
    });
  });
});

describe('the to-do list of the queueing process', () => {
  it('has a message until its job is queued, and nothing once the job has ended', () => {
    const history = openHistory();
    history.asks(1);
    expect(project(queueing, history.events).get(messageNumber(1))).toMatchObject({
      due: true,
      toQueue: jobNumber(1),
    });
    const order = orderOf(history.queued(1));
    expect(project(queueing, history.events).get(messageNumber(1))).toMatchObject({
      due: false,
      active: [jobNumber(1)],
    });
    history.job(1, { type: 'JobCancelled', data: { by: ada, was: 'waiting', order } });
    expect(project(queueing, history.events).size).toBe(0);
  });

  it('has a removed message until its jobs are cancelled', () => {
    const history = openHistory();
    history.asks(1);
    history.queued(1);
    history.message(1, { type: 'MessageRemoved', data: {} });
    expect(project(queueing, history.events).get(messageNumber(1))).toMatchObject({
      due: true,
      removed: true,
    });
  });
});

describe('images', () => {
  it('say by which job they were made, and whether they are its preview', () => {
    const history = openHistory();
    history.asks(1);
    const order = orderOf(history.queued(1));
    const progress = { attempt: 1, step: 1, steps: 2, stage: 'sky', preview: imageNumber(1) };
    history.job(1, { type: 'JobProgressed', data: progress });
    const picture = {
      imageId: imageNumber(2),
      width: 8,
      height: 8,
      contentType: 'image/png' as const,
      bytes: 1,
      seed: 1,
    };
    history.job(1, {
      type: 'JobCompleted',
      data: {
        attempt: 1,
        images: [picture],
        seed: 1,
        engine: 'e',
        model: 'm',
        durations: { waitedMs: 0, drawnMs: 0 },
        order,
      },
    });
    const uses = [...project(images, history.events).values()];
    expect(uses.map(({ imageId, kind }) => [imageId, kind])).toEqual([
      [imageNumber(1), 'preview'],
      [imageNumber(2), 'picture'],
    ]);
  });
});

describe('the timeline', () => {
  it('has a row an event, and says in which scopes it is', () => {
    const history = openHistory();
    history.starts(1, ben);
    history.asks(1);
    history.queued(1);
    history.queue('QueuePaused');
    const rows = [...project(timeline, history.events).values()];
    expect(rows.map(({ event }) => event.type)).toEqual(history.events.map(({ type }) => type));
    expect(rows.map(({ conversationId }) => conversationId)).toEqual([
      ...Array(4).fill(conversationNumber(1)),
      null,
    ]);
    expect(rows.map(({ audience }) => audience)).toEqual([ben.id, ben.id, null, ada.id, null]);
    expect(rows.map(({ movesQueue }) => movesQueue)).toEqual([null, null, null, true, true]);
  });

  it('tells the queue of others without saying which job it is', () => {
    const history = openHistory();
    const queued = history.queued(1);
    expect(queueChange(queued, ada.id)).toMatchObject({
      type: 'queued',
      data: { ticket: queued.position, own: jobNumber(1) },
    });
    expect(queueChange(queued, ben.id)).toEqual({
      type: 'queued',
      position: queued.position,
      schema: 1,
      at: queued.at,
      data: { ticket: queued.position, priority: 0, round: 0, own: null },
    });
  });
});
