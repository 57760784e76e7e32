import fc from 'fast-check';
import { v5, validate, version } from 'uuid';
import { expect, it } from 'vitest';
import { eventIdOf, partOf } from '../../../src/commands/derivedIds.ts';
import type { CommandId } from '../../../src/events/ids.ts';
import { newId } from '../../../src/newId.ts';

const commandId = fc.uuid().map((id) => id as CommandId);

it('an id that follows from others is their UUID version 5, as any library makes it', () => {
  fc.assert(
    fc.property(commandId, fc.string({ unit: 'grapheme' }), (command, part) => {
      expect(partOf(command, part)).toBe(v5(part, command));
    }),
  );
  const command = newId() as CommandId;
  expect(eventIdOf(command, 'job-1', 2)).toBe(v5('job-1:2', command));
});

it('a new id is a UUID version 7 of this moment, and no other', () => {
  const before = Date.now();
  const ids = Array.from({ length: 10_000 }, newId);
  const after = Date.now();
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) {
    expect(validate(id) && version(id)).toBe(7);
    const at = Number.parseInt(id.replace('-', '').slice(0, 12), 16);
    expect(at >= before && at <= after).toBe(true);
  }
});
