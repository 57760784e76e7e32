import { v5 } from 'uuid';
import type { DomainEvent } from '../src/events/catalogue.ts';
import type { EventId } from '../src/events/ids.ts';
import type { EventLog, NewEvent } from '../src/events/log/eventLog.ts';
import type { StreamName } from '../src/events/streams.ts';
import { conversationNumber, imageNumber, openHistory, orderOf } from '../test/support/happened.ts';

const atOnce = 500;
const namespace = '3b6f0c5e-5a0f-4d5e-9c1e-1f6a1f0d7b11';

const toAppend = (event: DomainEvent): NewEvent => {
  const { conversationId, messageId, jobId, ownerId } = event;
  return {
    id: v5(`${event.stream} ${event.revision}`, namespace) as EventId,
    type: event.type,
    data: JSON.parse(JSON.stringify(event.data)),
    metadata: {
      ...{ actor: event.actor, correlationId: event.correlationId, causationId: event.causationId },
      ...{ at: event.at, schema: event.schema },
      subject: {
        ...(conversationId === undefined ? {} : { conversationId }),
        ...(messageId === undefined ? {} : { messageId }),
        ...(jobId === undefined ? {} : { jobId }),
        ...(ownerId === undefined ? {} : { ownerId }),
      },
    },
  };
};

const groupByStream = (events: readonly DomainEvent[]): Map<StreamName, DomainEvent[]> => {
  const streams = new Map<StreamName, DomainEvent[]>();
  for (const event of events) {
    const of = streams.get(event.stream) ?? [];
    of.push(event);
    streams.set(event.stream, of);
  }
  return streams;
};

/** Appends these events, each stream's in one go, many streams at once. */
export const appendAll = async (log: EventLog, events: readonly DomainEvent[]): Promise<void> => {
  const streams = [...groupByStream(events)];
  for (let begin = 0; begin < streams.length; begin += atOnce)
    await Promise.all(
      streams
        .slice(begin, begin + atOnce)
        .map(([stream, of]) =>
          log.append(stream, of[0]?.revision === 0 ? 'no_stream' : 'any', of.map(toAppend)),
        ),
    );
};

/**
 * Ten events a job: asked for, queued, started, six steps, completed; and the conversation that they are
 * in. Where it isn't the first, jobs are numbered on from those before it.
 */
export const fillLog = async (log: EventLog, jobs: number, conversation = 1, before = 0): Promise<void> => {
  const history = openHistory();
  history.starts(1);
  for (let n = before + 1; n <= before + jobs; n += 1) {
    history.asks(n);
    const order = orderOf(history.queued(n));
    history.job(n, { type: 'JobStarted', data: { worker: 'worker:1', engine: 'sketch', attempt: 1, order } });
    for (let step = 1; step <= 6; step += 1)
      history.job(n, {
        type: 'JobProgressed',
        data: { attempt: 1, step, steps: 6, stage: 'sky', preview: imageNumber(n) },
      });
    const picture = {
      imageId: imageNumber(jobs + n),
      width: 8,
      height: 8,
      contentType: 'image/png' as const,
      bytes: 9,
      seed: 7,
    };
    const durations = { waitedMs: 1, drawnMs: 1 };
    history.job(n, {
      type: 'JobCompleted',
      data: { attempt: 1, images: [picture], seed: 7, engine: 'sketch', model: 'sketch-1', durations, order },
    });
  }
  const inIts = (event: DomainEvent): DomainEvent =>
    JSON.parse(
      JSON.stringify(event).replaceAll(conversationNumber(1), conversationNumber(conversation)),
    ) as DomainEvent;
  await appendAll(log, conversation === 1 ? history.events : history.events.map(inIts));
};
