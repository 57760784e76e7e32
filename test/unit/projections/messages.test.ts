import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../src/events/catalogue.ts';
import { publicEvent } from '../../../src/events/public.ts';
import { foldMessage } from '../../../src/projections/messages.ts';
import type { Message } from '../../../src/projections/model.ts';
import {
  ada,
  imageNumber,
  jobNumber,
  openHistory,
  orderOf,
  request,
  timeAt,
} from '../../support/happened.ts';
import { cancelled, discarded, submitted } from '../../support/jobFacts.ts';

const fold = (events: readonly DomainEvent[]): Message | null =>
  events.reduce<Message | null>((message, event) => foldMessage(message, event), null);

const picture = {
  imageId: imageNumber(1),
  width: 512,
  height: 512,
  contentType: 'image/png' as const,
  bytes: 9,
  seed: 7,
};

describe('a message with a picture', () => {
  it('shows the request from the moment it is posted, with every field there', () => {
    const history = openHistory();
    history.asks(1);
    expect(fold(history.events)).toMatchObject({
      text: 'please',
      author: ada,
      removed: false,
      revision: 0,
      image: {
        jobId: jobNumber(1),
        status: 'accepted',
        request,
        ticket: null,
        place: null,
        step: 0,
        percent: 0,
        previous: [],
      },
    });
  });

  it('takes its ticket from the place of JobQueued in the log', () => {
    const history = openHistory();
    history.asks(1);
    const queued = history.queued(1);
    expect(fold(history.events)?.image).toMatchObject({
      status: 'queued',
      ticket: queued.position,
      attempts: 3,
    });
  });

  it('keeps why each attempt before this one was over, and when the next may begin', () => {
    const history = openHistory();
    history.asks(1);
    const order = orderOf(history.queued(1));
    history.job(1, { type: 'JobStarted', data: { worker: 'w', engine: 'sketch', attempt: 1, order } });
    const notBefore = '2026-03-01T10:00:00.000Z';
    const lost = { why: 'timeout', attempt: 1, nextAttempt: 2, notBefore, reference: 'r', order } as const;
    history.job(1, { type: 'JobRequeued', data: lost });
    const waiting = fold(history.events)?.image;
    expect(waiting).toMatchObject({ status: 'queued', notBefore, attempt: 1, error: null });
    expect(waiting?.earlierAttempts).toMatchObject([
      { attempt: 1, error: { code: 'timeout', title: 'This picture took too long', reference: 'r' } },
    ]);
    history.job(1, { type: 'JobStarted', data: { worker: 'w', engine: 'sketch', attempt: 2, order } });
    const running = fold(history.events)?.image;
    expect(running).toMatchObject({ status: 'running', attempt: 2, notBefore: null });
    expect(running?.earlierAttempts).toEqual(waiting?.earlierAttempts);
  });

  it('goes through steps and preview to the picture', () => {
    const history = openHistory();
    history.asks(1);
    const order = orderOf(history.queued(1));
    history.job(1, { type: 'JobStarted', data: { worker: 'w', engine: 'sketch', attempt: 1, order } });
    const progress = { attempt: 1, step: 5, steps: 20, stage: 'sky', preview: imageNumber(2) };
    history.job(1, { type: 'JobProgressed', data: progress });
    expect(fold(history.events)?.image).toMatchObject({
      status: 'running',
      step: 5,
      percent: 25,
      stage: 'sky',
      preview: imageNumber(2),
    });
    const durations = { waitedMs: 1, drawnMs: 2 };
    const end = history.job(1, {
      type: 'JobCompleted',
      data: { attempt: 1, images: [picture], seed: 7, engine: 'sketch', model: 'sketch-1', durations, order },
    });
    expect(fold(history.events)?.image).toMatchObject({
      status: 'completed',
      percent: 100,
      preview: null,
      model: 'sketch-1',
      images: [{ ...picture, url: `/api/v1/images/${picture.imageId}` }],
      endedAt: end.at,
    });
  });

  it('waits again with the same ticket when an attempt is given up', () => {
    const history = openHistory();
    history.asks(1);
    const queued = history.queued(1);
    const order = orderOf(queued);
    history.job(1, { type: 'JobStarted', data: { worker: 'w', engine: 'sketch', attempt: 1, order } });
    history.job(1, {
      type: 'JobRequeued',
      data: { why: 'timeout', attempt: 1, nextAttempt: 2, notBefore: null, reference: 'r', order },
    });
    expect(fold(history.events)?.image).toMatchObject({
      status: 'queued',
      ticket: queued.position,
      step: 0,
      startedAt: null,
    });
  });

  it('says what went wrong and what to do when it failed, and lists the failed job after a retry', () => {
    const history = openHistory();
    history.asks(1);
    const order = orderOf(history.queued(1));
    history.job(1, {
      type: 'JobFailed',
      data: { code: 'timeout', retryable: true, attempt: 1, reference: 'ref', order },
    });
    const failed = fold(history.events)?.image;
    expect(failed).toMatchObject({
      status: 'failed',
      error: { code: 'timeout', retryable: true, reference: 'ref' },
    });
    expect(failed?.error?.whatToDo).toMatch(/try again/i);
    history.queued(2, ada, 0, 1);
    expect(fold(history.events)?.image).toMatchObject({
      jobId: jobNumber(2),
      status: 'queued',
      error: null,
      previous: [{ jobId: jobNumber(1), error: { code: 'timeout' } }],
    });
  });

  it('says why it was not taken into the queue', () => {
    const history = openHistory();
    history.asks(1);
    const refused = history.job(1, { type: 'JobRefused', data: { code: 'queue_full', reference: 'r' } });
    expect(fold(history.events)?.image).toMatchObject({
      ...{ status: 'failed', ticket: null, endedAt: refused.at, error: { code: 'queue_full' } },
    });
  });

  it('shows nothing of what only workers have to know, and nothing of the jobs of others', () => {
    const history = openHistory();
    history.asks(1);
    history.queued(1);
    const shown = fold(history.events);
    const unseen = [
      history.job(1, submitted()),
      history.job(1, discarded()),
      history.job(2, cancelled(), 1),
      history.queue('QueuePaused'),
    ];
    for (const event of unseen) expect(foldMessage(shown, event)).toBe(shown);
  });

  it('is none before it is posted', () => {
    const history = openHistory();
    history.message(1, { type: 'MessageEdited', data: { text: 'a ship' } });
    expect(fold(history.events)).toBeNull();
  });

  it('is empty but still there once it is removed, and later events of its job change nothing', () => {
    const history = openHistory();
    history.asks(1);
    history.message(1, { type: 'MessageRemoved', data: {} });
    const removed = fold(history.events);
    expect(removed).toMatchObject({ removed: true, text: '', metadata: {}, image: null });
    history.queued(1);
    expect(fold(history.events)).toEqual(removed);
  });

  it('merges metadata deeply and keeps what no patch names', () => {
    const history = openHistory();
    history.asks(1);
    history.message(1, { type: 'MessageMetadataMerged', data: { patch: { rating: { ada: 5 }, note: 'x' } } });
    history.message(1, {
      type: 'MessageMetadataMerged',
      data: { patch: { rating: { ben: 3 }, note: null } },
    });
    expect(fold(history.events)).toMatchObject({ metadata: { rating: { ada: 5, ben: 3 } }, revision: 2 });
    expect(fold(history.events)?.metadata).not.toHaveProperty('note');
  });

  it('ignores an event that is in the document already, so that a repetition changes nothing', () => {
    const history = openHistory();
    history.asks(1);
    const edited = history.message(1, { type: 'MessageEdited', data: { text: 'new' } });
    const once = fold(history.events);
    expect(once).toMatchObject({ text: 'new', editedAt: timeAt(2) });
    expect(foldMessage(once, edited)).toBe(once);
  });

  it('is the same folded from public events, as a client has them', () => {
    const history = openHistory();
    history.asks(1);
    history.queued(1);
    history.message(1, { type: 'MessageEdited', data: { text: 'new' } });
    const atClient = history.events.map(publicEvent).reduce<Message | null>(foldMessage, null);
    expect(atClient).toEqual(fold(history.events));
  });
});
