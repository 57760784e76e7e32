import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogue, decode, decoderOf, UnknownEventVersion } from '../../../src/events/catalogue.ts';
import { defineEvents } from '../../../src/events/define.ts';
import { type EventId, positionOf } from '../../../src/events/ids.ts';
import type { Json, JsonObject } from '../../../src/events/json.ts';
import type { RecordedEvent } from '../../../src/events/log/eventLog.ts';
import { ada, conversationNumber, timeAt } from '../../support/happened.ts';

const recorded = (type: string, schema: number, data: JsonObject): RecordedEvent => ({
  id: '00000009-0000-7000-8000-000000000001' as EventId,
  type,
  data,
  metadata: {
    ...{ actor: ada, correlationId: 'request 1', causationId: 'command 1', at: timeAt(1), schema },
    subject: { conversationId: conversationNumber(1) },
  },
  stream: `conversation-${conversationNumber(1)}`,
  revision: 4,
  position: positionOf(7),
  recordedAt: timeAt(2),
});

const objectOf = (data: Json): JsonObject => data as JsonObject;

/** Three versions: once a name, then given and family name, today a list; the fourth is read already. */
const definitions = defineEvents({
  PersonNamed: {
    version: 3,
    data: z.strictObject({ names: z.array(z.string()) }),
    upcasters: {
      1: (data) => {
        const [given = '', family = ''] = String(objectOf(data).name).split(' ');
        return { given, family };
      },
      2: (data) => {
        const { given = '', family = '' } = objectOf(data);
        return { names: [given, family] };
      },
    },
    downcasters: { 4: (data) => ({ names: objectOf(data).called ?? [] }) },
  },
  PersonLeft: { version: 2, data: z.strictObject({}) },
});
const read = decoderOf(definitions);
const today = { names: ['Ada', 'Lovelace'] };

describe('an event that is read', () => {
  it('is flat: what happened, where it stands, who did it and whom it concerns', () => {
    expect(decode(recorded('ConversationRenamed', 1, { title: 'Pier' }))).toEqual({
      type: 'ConversationRenamed',
      data: { title: 'Pier' },
      position: positionOf(7),
      schema: 1,
      at: timeAt(1),
      actor: ada,
      conversationId: conversationNumber(1),
      revision: 4,
      id: '00000009-0000-7000-8000-000000000001',
      stream: `conversation-${conversationNumber(1)}`,
      recordedAt: timeAt(2),
      correlationId: 'request 1',
      causationId: 'command 1',
    });
  });

  it('tells from where it came, where that was noted', () => {
    const origin = { way: 'http', address: '203.0.113.7' } as const;
    const { metadata, ...rest } = recorded('ConversationRenamed', 1, { title: 'Pier' });
    expect(decode({ ...rest, metadata: { ...metadata, origin } })).toMatchObject({ origin });
    expect(decode({ ...rest, metadata })).not.toHaveProperty('origin');
  });

  it('of an unknown type is passed over', () => {
    expect(decode(recorded('ConversationPinned', 1, {}))).toBeNull();
    for (const type of ['constructor', 'toString', '__proto__'])
      expect(decode(recorded(type, 1, {}))).toBeNull();
  });

  it.each([
    [1, { name: 'Ada Lovelace' }],
    [2, { given: 'Ada', family: 'Lovelace' }],
    [3, today],
    [4, { called: ['Ada', 'Lovelace'] }],
  ])('is in the version of today though it was written in version %i, step by step', (version, data) => {
    expect(read(recorded('PersonNamed', version, data))).toMatchObject({ data: today, schema: 3 });
  });

  it('is as it was written in the log, which is never rewritten', () => {
    const written = recorded('PersonNamed', 1, { name: 'Ada Lovelace' });
    const before = structuredClone(written);
    read(written);
    expect(written).toEqual(before);
  });

  it.each([
    ['older than this release can bring up', recorded('PersonLeft', 1, {})],
    ['newer than this release can read', recorded('PersonNamed', 5, today)],
    ['no version at all', recorded('PersonNamed', 0, today)],
  ])('in a version %s stops the reader, by its position', (_, event) => {
    expect(() => read(event)).toThrow(UnknownEventVersion);
    expect(() => read(event)).toThrow(positionOf(7));
  });

  it('in a newer version stops the reader of today too', () => {
    expect(() => decode(recorded('ConversationRenamed', 2, { title: 'Pier' }))).toThrow(
      /ConversationRenamed in version 2/,
    );
  });
});

describe('every event type', () => {
  it.each(Object.entries(catalogue))(
    '%s has a way up from each older version',
    (_, { version, upcasters }) => {
      const older = Array.from({ length: version - 1 }, (_, index) => index + 1);
      expect(older.filter((from) => upcasters?.[from] === undefined)).toEqual([]);
    },
  );
});
