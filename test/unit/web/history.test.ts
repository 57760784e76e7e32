import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../src/events/catalogue.ts';
import type { AuditItem } from '../../../src/projections/past.ts';
import {
  changeName,
  historyRows,
  inPart,
  jobsIn,
  shownValue,
  textChange,
} from '../../../web/text/history.ts';
import { imageNumber, jobNumber, openHistory, orderOf } from '../../support/happened.ts';

const itemOf = (event: DomainEvent): AuditItem => ({
  ...event,
  eventId: event.id,
  origin: null,
  changes: [],
});

/** A picture that was drawn in three steps, and again in one. */
const openItems = () => {
  const history = openHistory();
  history.asks(1);
  const order = orderOf(history.queued(1));
  const step = (attempt: number, step: number) =>
    history.job(1, {
      type: 'JobProgressed',
      data: { attempt, step, steps: 3, stage: 'sky', preview: imageNumber(1) },
    });
  for (const each of [1, 2, 3]) step(1, each);
  const requeued = {
    why: 'stuck',
    attempt: 1,
    nextAttempt: 2,
    notBefore: null,
    reference: 'r',
    order,
  } as const;
  history.job(1, { type: 'JobRequeued', data: requeued });
  step(2, 1);
  history.message(1, { type: 'MessageEdited', data: { text: 'a ship' } });
  return history.events.map(itemOf);
};

describe('the history of a message', () => {
  it('tells the steps of a drawing by the last of them, attempt by attempt', () => {
    expect(historyRows(openItems()).map(({ item, alsoSteps }) => [item.type, alsoSteps])).toEqual([
      ['MessagePosted', 0],
      ['JobQueued', 0],
      ['JobProgressed', 2],
      ['JobRequeued', 0],
      ['JobProgressed', 0],
      ['MessageEdited', 0],
    ]);
  });

  it('shows the message, or one of its pictures, alone', () => {
    const items = openItems();
    expect(jobsIn(items)).toEqual([jobNumber(1)]);
    const types = (part: string) => items.filter((item) => inPart(item, part)).map(({ type }) => type);
    expect(types('message')).toEqual(['MessagePosted', 'MessageEdited']);
    expect(types(jobNumber(1))).not.toContain('MessageEdited');
    expect(types('all')).toHaveLength(items.length);
  });
});

describe('a text before and after', () => {
  it.each([
    ['a lighthouse on a cliff', 'a lighthouse in a storm', ['on a cliff', 'in a storm']],
    ['a boat', 'a small boat', ['', 'small ']],
    ['a small boat', 'a boat', ['small ', '']],
    ['', 'a boat', ['', 'a boat']],
    ['the same', 'the same', ['', '']],
  ])('%j → %j is told by the words that differ', (before, after, [removed, added]) => {
    expect(textChange(before, after)).toMatchObject({ removed, added });
  });

  it('is whole in what is told, whatever the texts', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', ' ', '\n', '🌊'), { maxLength: 12 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const { begin, removed, added, end } = textChange(before, after);
        expect([begin + removed + end, begin + added + end]).toEqual([before, after]);
      }),
    );
  });

  it('has a name where it tells a person something, and a value that they can read', () => {
    expect(changeName('metadata.mood')).toBe('mood');
    expect(changeName('status')).toBe('State');
    expect(changeName('preview')).toBeNull();
    expect([shownValue(true), shownValue(null), shownValue([1]), shownValue('x')]).toEqual([
      'yes',
      '',
      '[1]',
      'x',
    ]);
  });
});
