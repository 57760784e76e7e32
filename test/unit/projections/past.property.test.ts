import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../src/events/catalogue.ts';
import { type Position, positionOf, startOfLog } from '../../../src/events/ids.ts';
import { projections } from '../../../src/projections/all.ts';
import { blocksAt, blocksBetween } from '../../../src/projections/blocks.ts';
import { foldConversation } from '../../../src/projections/conversations.ts';
import { foldJob, jobOf } from '../../../src/projections/jobs.ts';
import { foldMessage } from '../../../src/projections/messages.ts';
import { openPast } from '../../../src/projections/reading/openPast.ts';
import { openReadModel } from '../../../src/projections/reading/openReadModel.ts';
import { anyHistory } from '../../support/anyHistory.ts';
import { ada, conversationNumber, jobNumber, messageNumber, timeAt } from '../../support/happened.ts';
import { projectedInMemory } from '../../support/projectedInMemory.ts';

const numbers = [1, 2, 3, 4];

const readModelOf = (events: readonly DomainEvent[]) =>
  openReadModel(
    { ...projectedInMemory(events) } as Parameters<typeof openReadModel>[0],
    { whenProcessed: async () => undefined },
    projections,
  );

/** Each prefix of the events, with the position that it ends at. */
const prefixes = (events: readonly DomainEvent[]): { at: Position; prefix: readonly DomainEvent[] }[] => [
  { at: startOfLog, prefix: [] },
  ...events.map(({ position }, index) => ({ at: position, prefix: events.slice(0, index + 1) })),
];

const fold = <Body>(
  events: readonly DomainEvent[],
  reducer: (body: Body | null, event: DomainEvent) => Body | null,
): Body | null => events.reduce<Body | null>((body, event) => reducer(body, event), null);

describe('what was, at every position of any history', () => {
  it('is each message, conversation and job as folded from the log up to there', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, async (events) => {
        const past = openPast(projectedInMemory(events));
        for (const { at, prefix } of prefixes(events)) {
          for (const n of numbers) {
            const inConversation = prefix.filter((event) => event.conversationId === conversationNumber(n));
            expect(await past.conversation(conversationNumber(n), at)).toEqual(
              fold(inConversation, foldConversation),
            );
            const message = await past.message(messageNumber(n), at);
            const inMessage = prefix.filter(({ messageId }) => messageId === messageNumber(n));
            const image = message?.image;
            expect(
              message === null || image === null ? message : { ...message, image: { ...image, place: null } },
            ).toEqual(fold(inMessage, foldMessage));
            const job = await past.job(jobNumber(n), at);
            const ofJob = prefix.filter((event) => jobOf(event) === jobNumber(n));
            expect(job === null ? null : { ...job, place: null }).toEqual(fold(ofJob, foldJob));
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('is the queue, each place in it and the page of messages that were shown then', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, fc.integer({ min: 1, max: 4 }), async (events, limit) => {
        const past = openPast(projectedInMemory(events));
        for (const { at, prefix } of prefixes(events)) {
          const live = readModelOf(prefix);
          const { asOf: _, ...queue } = await live.queue(ada.id, limit);
          const jobs = queue.jobs.map(({ jobId, ownerId, ticket, priority, round, place }) => ({
            ...{ jobId, ownerId, ticket, priority, round, place },
          }));
          expect(await past.queue(ada.id, limit, at)).toEqual({ ...queue, jobs });
          const page = { limit };
          expect(await past.messages(conversationNumber(1), at, page)).toEqual(
            await live.messages(conversationNumber(1), page),
          );
          for (const n of numbers) {
            expect(await past.job(jobNumber(n), at)).toEqual(await live.job(jobNumber(n)));
            expect(await past.message(messageNumber(n), at)).toEqual(await live.message(messageNumber(n)));
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('is found by time: the last position before anything that was recorded later, though clocks go back', async () => {
    const clock = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 40 });
    const gaps = fc.constantFrom(1, 7, 1_000, 987_654_321);
    await fc.assert(
      fc.asyncProperty(anyHistory, clock, gaps, async (history, times, gap) => {
        const events = history.map(
          (event, index): DomainEvent => ({
            ...event,
            position: positionOf(BigInt(index + 1) * BigInt(gap)),
            recordedAt: timeAt(times[index % times.length] ?? 0),
          }),
        );
        const past = openPast(projectedInMemory(events));
        for (let time = -1; time <= 13; time += 1) {
          const wanted = timeAt(time);
          const later = events.findIndex(({ recordedAt }) => recordedAt > wanted);
          const expected = later < 0 ? events.at(-1) : events[later - 1];
          expect(await past.positionAt(wanted)).toBe(expected?.position ?? startOfLog);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('blocks of positions', () => {
  const number = fc.bigInt({ min: 0n, max: 10n ** 19n });

  it('hold exactly the positions of the span that they were made of, each once', () => {
    fc.assert(
      fc.property(
        number,
        fc.nat({ max: 100_000 }),
        fc.integer({ min: -5, max: 100_005 }),
        (begin, length, offset) => {
          const blocks = blocksBetween(positionOf(begin), positionOf(begin + BigInt(length)));
          const position = begin + BigInt(offset);
          const holding =
            position < 0n ? [] : blocksAt(positionOf(position)).filter((block) => blocks.includes(block));
          expect(holding).toHaveLength(offset >= 0 && offset < length ? 1 : 0);
          expect(blocks.length).toBeLessThanOrEqual(18 * 6);
        },
      ),
      { numRuns: 25 },
    );
  });
});
