import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../src/events/catalogue.ts';
import { jobOf } from '../../../src/projections/jobs.ts';
import type { AuditFilter, PastEvent } from '../../../src/projections/past.ts';
import { openPast } from '../../../src/projections/reading/openPast.ts';
import { wordsIn } from '../../../src/projections/words.ts';
import { anyHistory } from '../../support/anyHistory.ts';
import { ada, ben, conversationNumber, jobNumber, messageNumber } from '../../support/happened.ts';
import { projectedInMemory } from '../../support/projectedInMemory.ts';

const maybe = <Value>(name: string, ...values: readonly Value[]) =>
  fc
    .option(fc.constantFrom(...values), { nil: undefined })
    .map((value) => (value === undefined ? {} : { [name]: value }));

const anyFilter: fc.Arbitrary<AuditFilter> = fc
  .tuple(
    maybe('conversation', conversationNumber(1), conversationNumber(2)),
    maybe('message', messageNumber(1), messageNumber(2)),
    maybe('job', jobNumber(1), jobNumber(4)),
    maybe('actor', ada.id, ben.id),
    maybe('type', 'JobQueued', 'MessageEdited', 'JobStarted'),
    maybe('correlation', 'correlation', 'another'),
    maybe('words', ['please'], ['text', '1'], ['storm', 'lighthouse']),
  )
  .map((parts) => Object.assign({}, ...parts));

const fits = (filter: AuditFilter, event: DomainEvent): boolean =>
  (filter.conversation === undefined || event.conversationId === filter.conversation) &&
  (filter.message === undefined || event.messageId === filter.message) &&
  (filter.job === undefined || jobOf(event) === filter.job) &&
  (filter.actor === undefined || event.actor.id === filter.actor) &&
  (filter.type === undefined || event.type === filter.type) &&
  (filter.correlation === undefined || event.correlationId === filter.correlation) &&
  (filter.words ?? []).every((word) => wordsIn(event).includes(word));

describe('what is asked of the past', () => {
  it('is answered by exactly the events that fit, in order, in pages of any length', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyHistory,
        anyFilter,
        fc.integer({ min: 1, max: 7 }),
        async (events, filter, limit) => {
          const past = openPast(projectedInMemory(events));
          const found: PastEvent[] = [];
          let goOn = true;
          for (let after = filter.after; goOn; ) {
            const page = await past.events({ ...filter, ...(after === undefined ? {} : { after }) }, limit);
            expect(page.events.length).toBeLessThanOrEqual(limit);
            found.push(...page.events);
            goOn = page.goOnAfter !== null;
            if (page.goOnAfter !== null) after = page.goOnAfter;
          }
          const expected = events.filter((event) => fits(filter, event));
          expect(found.map(({ position }) => position)).toEqual(expected.map(({ position }) => position));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('tells of each event the values before and after it, which follow on each other', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, async (events) => {
        const past = openPast(projectedInMemory(events));
        const { events: found } = await past.events({ message: messageNumber(1) }, 200);
        const values = new Map<string, unknown>();
        for (const { event, changes } of found)
          for (const { path, before, after } of changes) {
            const place = `${event.type.startsWith('Job') ? event.jobId : 'message'} ${path}`;
            if (values.has(place)) expect(before).toEqual(values.get(place));
            expect(after).not.toEqual(before);
            values.set(place, after);
          }
      }),
      { numRuns: 200 },
    );
  });
});
