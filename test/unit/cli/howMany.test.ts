import { expect, it } from 'vitest';
import { howMany } from '../../../src/cli/howMany.ts';

it.each([
  [0, '0 events'],
  [1, '1 event'],
  [2, '2 events'],
  [12_345, '12,345 events'],
])('says %s events as people do', (number, said) => {
  expect(howMany(number, 'event')).toBe(said);
});

it('knows words whose plural is another one', () => {
  expect([1, 3].map((number) => howMany(number, 'person', 'people'))).toEqual(['1 person', '3 people']);
});
