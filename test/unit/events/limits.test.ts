import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { conversationEvents } from '../../../src/events/conversation.ts';
import { failures } from '../../../src/events/failures.ts';
import { commandId, conversationId, imageId, position, userId } from '../../../src/events/ids.ts';
import { imageRequest } from '../../../src/events/imageRequest.ts';
import { type Json, type JsonObject, metadataObject } from '../../../src/events/json.ts';
import { messageEvents } from '../../../src/events/message.ts';
import { eventMetadata, person } from '../../../src/events/metadata.ts';
import { publicEvent } from '../../../src/events/public.ts';
import {
  ada,
  conversationNumber,
  jobNumber,
  messageNumber,
  openHistory,
  request,
  timeAt,
} from '../../support/happened.ts';

const takes = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success;
const letters = (n: number): string => 'a'.repeat(n);

const { MessagePosted, MessageEdited } = messageEvents;
const { ConversationStarted, ConversationRenamed } = conversationEvents;

const drawing = (change: object) => ({ ...request, ...change });
const posted = (change: object) => ({
  ...{ messageId: messageNumber(1), conversationId: conversationNumber(1), author: ada },
  ...{ text: '', metadata: {}, image: null, ...change },
});
const asked = (change: object) =>
  posted({ image: { jobId: jobNumber(1), request: drawing(change), priority: 0 } });
const started = (title: string) => ({ conversationId: conversationNumber(1), title, startedBy: ada });

describe('limits', () => {
  it.each<[string, z.ZodType, unknown, unknown]>([
    [
      'a text has 16,000 characters',
      MessagePosted.data,
      posted({ text: letters(16_000) }),
      posted({ text: letters(16_001) }),
    ],
    ['an edited text too', MessageEdited.data, { text: letters(16_000) }, { text: letters(16_001) }],
    [
      'a prompt has 4,000',
      MessagePosted.data,
      asked({ prompt: letters(4_000) }),
      asked({ prompt: letters(4_001) }),
    ],
    ['a prompt is not empty', MessagePosted.data, asked({ prompt: 'a' }), asked({ prompt: '' })],
    [
      'a negative prompt has 4,000',
      imageRequest,
      drawing({ negativePrompt: letters(4_000) }),
      drawing({ negativePrompt: letters(4_001) }),
    ],
    ['a title has 200', ConversationRenamed.data, { title: letters(200) }, { title: letters(201) }],
    ['a title that is given is not empty', ConversationRenamed.data, { title: 'a' }, { title: '' }],
    ['a first title has 200', ConversationStarted.data, started(letters(200)), started(letters(201))],
    ['a name has 100', person, { ...ada, name: letters(100) }, { ...ada, name: letters(101) }],
    ['a name is not empty', person, { ...ada, name: 'a' }, { ...ada, name: '' }],
    ['the id of a person has 255', person, { ...ada, id: letters(255) }, { ...ada, id: letters(256) }],
    ['a side is at least 64', imageRequest, drawing({ width: 64 }), drawing({ width: 56 })],
    ['a side is at most 1536', imageRequest, drawing({ height: 1536 }), drawing({ height: 1544 })],
    ['a side is a multiple of 8', imageRequest, drawing({ width: 72 }), drawing({ width: 70 })],
    ['steps are at least 1', imageRequest, drawing({ steps: 1 }), drawing({ steps: 0 })],
    ['steps are at most 150', imageRequest, drawing({ steps: 150 }), drawing({ steps: 151 })],
    ['a seed is at least 0', imageRequest, drawing({ seed: 0 }), drawing({ seed: -1 })],
    ['a seed is at most 2^32-1', imageRequest, drawing({ seed: 2 ** 32 - 1 }), drawing({ seed: 2 ** 32 })],
    ['pictures are at least 1', imageRequest, drawing({ count: 1 }), drawing({ count: 0 })],
    ['pictures are at most 8', imageRequest, drawing({ count: 8 }), drawing({ count: 9 })],
    [
      'a time limit is at least a second',
      imageRequest,
      drawing({ timeoutMs: 1_000 }),
      drawing({ timeoutMs: 999 }),
    ],
    ['what is counted is whole', imageRequest, drawing({ steps: 2 }), drawing({ steps: 2.5 })],
    ['numbers are numbers', imageRequest, drawing({ steps: 2 }), drawing({ steps: '2' })],
  ])('%s', (_, schema, within, beyond) => {
    expect(schema.safeParse(within).error?.issues ?? []).toEqual([]);
    expect(takes(schema, beyond)).toBe(false);
  });
});

describe('a character', () => {
  it('is a code point: what a person sees as one counts as one, also where UTF-16 needs two', () => {
    expect(takes(MessageEdited.data, { text: '🌊'.repeat(16_000) })).toBe(true);
    expect(takes(MessageEdited.data, { text: '🌊'.repeat(16_001) })).toBe(false);
  });
});

describe('metadata', () => {
  const objects = (depth: number): JsonObject => (depth === 1 ? {} : { a: objects(depth - 1) });
  const lists = (depth: number): Json => (depth === 1 ? [] : [lists(depth - 1)]);

  it('is 16 deep, lists counted', () => {
    expect(takes(metadataObject, objects(16))).toBe(true);
    expect(takes(metadataObject, objects(17))).toBe(false);
    expect(takes(metadataObject, { a: lists(15) })).toBe(true);
    expect(takes(metadataObject, { a: lists(16) })).toBe(false);
  });

  it('is refused, and stops nothing, where it is deeper than any stack', () => {
    expect(takes(metadataObject, objects(5_000))).toBe(false);
  });

  it('is 64 KB as UTF-8 JSON', () => {
    const left = 65_536 - '{"a":""}'.length;
    expect(takes(metadataObject, { a: letters(left) })).toBe(true);
    expect(takes(metadataObject, { a: letters(left + 1) })).toBe(false);
    expect(takes(metadataObject, { a: '🌊'.repeat(left / 4) })).toBe(true);
    expect(takes(metadataObject, { a: '🌊'.repeat(left / 4 + 1) })).toBe(false);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('has no key %s, however deep, and says where', (key) => {
    for (const json of [`{"${key}":1}`, `{"a":{"${key}":{}}}`, `{"a":[{"b":{"${key}":null}}]}`]) {
      const issues = metadataObject.safeParse(JSON.parse(json)).error?.issues ?? [];
      expect(issues).toHaveLength(1);
      expect(issues[0]?.path.at(-1)).toBe(key);
    }
  });

  it.each([
    ['NUL in a text', { a: 'b\u0000' }],
    ['NUL in a key', { 'a\u0000': 1 }],
    ['half of a surrogate pair in a text', { a: ['\ud83c'] }],
    ['half of a surrogate pair in a key', { a: { '\udf0a': 1 } }],
    ['a number that is none', { a: Number.NaN }],
    ['what is not JSON', { a: undefined }],
    ['a list in its place', []],
    ['a text in its place', 'a'],
    ['null in its place', null],
  ])('is refused with %s', (_, value) => expect(takes(metadataObject, value)).toBe(false));

  it('is kept as it is, also where its keys look like more', () => {
    const value = { toString: 1, hasOwnProperty: null, '': true, '1': 2, 'a.b': ['🌊'] };
    expect(metadataObject.parse(value)).toEqual(value);
  });
});

describe('ids', () => {
  const uuid = 'ABCDEF01-0000-7000-8000-00000000000A';

  it('are kept in lower case, so that equal ids are equal text', () => {
    expect(conversationId.parse(uuid)).toBe(uuid.toLowerCase());
  });

  it.each([
    ['no UUID', commandId, 'ada'],
    ['a UUID in braces', commandId, `{${uuid}}`],
    ['an empty person', userId, ''],
    ['a person with a line break', userId, 'ada\n'],
    ['an image by another name', imageId, '../secret'],
    ['an image in upper case', imageId, 'AB'.repeat(32)],
    ['a position of 19 digits', position, '0'.repeat(19)],
    ['a position with a sign', position, `-${'0'.repeat(19)}`],
  ])('are refused as %s', (_, schema, value) => expect(takes(schema, value)).toBe(false));

  it('of people are any printable text', () => {
    for (const id of ['ada', 'ada lovelace', 'auth0|1', 'ü🌊']) expect(takes(userId, id)).toBe(true);
  });
});

describe('what is said about an event', () => {
  const said = {
    ...{ actor: { id: 'worker:1', name: 'Worker' }, correlationId: 'request', causationId: 'command' },
    ...{ at: timeAt(1), schema: 1, subject: {} },
  };

  it('has exactly its fields', () => {
    expect(takes(eventMetadata, said)).toBe(true);
    expect(takes(eventMetadata, { ...said, surprise: 1 })).toBe(false);
    expect(takes(eventMetadata, { ...said, subject: { personId: 'ada' } })).toBe(false);
    expect(takes(eventMetadata, { ...said, subject: { jobId: undefined } })).toBe(false);
    for (const field of Object.keys(said))
      expect(takes(eventMetadata, { ...said, [field]: undefined })).toBe(false);
  });

  it('has a time in UTC with milliseconds', () => {
    for (const at of ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000+01:00', 'yesterday'])
      expect(takes(eventMetadata, { ...said, at })).toBe(false);
  });

  it.each(['\u0000', '\ud800'])('has neither NUL nor half of a surrogate pair in its texts', (wrong) => {
    for (const change of [
      { actor: { id: `a${wrong}`, name: 'Ada' } },
      { actor: { id: 'ada', name: `A${wrong}` } },
      { correlationId: `c${wrong}` },
      { causationId: `c${wrong}` },
    ])
      expect([change, takes(eventMetadata, { ...said, ...change })]).toEqual([change, false]);
  });
});

describe('the largest event that can be', () => {
  it('fits into one batch of delivery, 256 KB as JSON', () => {
    const escaped = (n: number): string => '\u0001'.repeat(n);
    const author = person.parse({ id: '🌊'.repeat(127), name: escaped(100) });
    const [conversationId, messageId, jobId] = [conversationNumber(1), messageNumber(1), jobNumber(1)];
    const wanted = drawing({
      ...{ prompt: escaped(4_000), negativePrompt: escaped(4_000), model: escaped(200) },
      ...{ width: 1536, height: 1536, steps: 150, seed: 2 ** 32 - 1, timeoutMs: 600_000 },
    });
    const data = MessagePosted.data.parse({
      ...{ messageId, conversationId, author, text: escaped(16_000) },
      metadata: { a: letters(65_528) },
      image: { jobId, request: wanted, priority: -10 },
    });
    const event = openHistory().happens(
      'log',
      { type: 'MessagePosted', data },
      { conversationId, messageId, jobId },
    );
    const shown = publicEvent({ ...event, actor: author });
    const bytes = new TextEncoder().encode(JSON.stringify(shown)).length;
    expect(bytes).toBeGreaterThan(200_000);
    expect(bytes).toBeLessThan(262_144 - 1_000);
  });
});

describe('failures', () => {
  it('are the closed list that clients know, each with what happened and what to do', () => {
    expect(Object.keys(failures)).toEqual([
      ...['timeout', 'stuck', 'engine_unavailable', 'engine_rejected', 'content_rejected', 'invalid_request'],
      ...['out_of_memory', 'quota_exceeded', 'queue_full', 'cancelled', 'internal'],
    ]);
    for (const { title, whatHappened, whatToDo } of Object.values(failures))
      expect([title, whatHappened, whatToDo]).not.toContain('');
  });
});
