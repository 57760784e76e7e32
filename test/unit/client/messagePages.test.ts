import fc from 'fast-check';
import { expect, it } from 'vitest';
import { editPages, inPages, listOf } from '../../../src/client/messagePages.ts';
import type { MessageId } from '../../../src/events/ids.ts';
import { positionOf } from '../../../src/events/ids.ts';
import { foldMessage } from '../../../src/projections/messages.ts';
import type { Message } from '../../../src/projections/model.ts';
import { openHistory } from '../../support/happened.ts';

const template = foldMessage(null, openHistory().asks(1));

const messageAt = (place: number): Message => {
  if (template === null) throw new Error('a message that was posted is there');
  return {
    ...template,
    messageId: `message ${place}` as MessageId,
    postedPosition: positionOf(BigInt(place)),
  };
};

it('hold the same as one sorted list would, and leave the pages before a change as they were', () => {
  const places = fc.uniqueArray(fc.nat(5_000), { maxLength: 700 });
  fc.assert(
    fc.property(places, places, fc.array(fc.nat(5_000)), (first, added, edited) => {
      const before = inPages(first.map(messageAt));
      const copy = structuredClone(before);
      const editing = editPages(before);
      const expected = new Map(first.map((place) => [place, messageAt(place)]));
      for (const place of added) {
        if (expected.has(place)) continue;
        editing.add(messageAt(place));
        expected.set(place, messageAt(place));
      }
      for (const place of edited) {
        const found = editing.find(messageAt(place).messageId);
        expect(found !== null).toBe(expected.has(place));
        if (found === null) continue;
        const message = { ...messageAt(place), text: `edited ${place}` };
        editing.replace(found, message);
        expected.set(place, message);
      }
      const inOrder = [...expected].sort(([a], [b]) => a - b).map(([, message]) => message);
      expect(listOf(editing.pages())).toEqual(inOrder);
      expect(editing.oldest()).toEqual(inOrder[0]);
      expect(editing.newest()).toEqual(inOrder.at(-1));
      expect(before).toEqual(copy);
    }),
    { numRuns: 60 },
  );
});

it('are the very same where nothing was changed, and so is their list', () => {
  const pages = inPages([2, 1, 3].map(messageAt));
  expect(editPages(pages).pages()).toBe(pages);
  expect(listOf(pages)).toBe(listOf(pages));
});
