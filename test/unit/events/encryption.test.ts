import fc from 'fast-check';
import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { catalogue, type DomainFact, type EventType } from '../../../src/events/catalogue.ts';
import { type EventId, positionOf } from '../../../src/events/ids.ts';
import { BoxDamaged, decrypt, encrypt } from '../../../src/events/log/encryption/codec.ts';
import { createKeyRing, heldMs, KeyMissing } from '../../../src/events/log/encryption/keyRing.ts';
import { personalFieldsOf } from '../../../src/events/log/encryption/personalFields.ts';
import type { NewEvent, RecordedEvent } from '../../../src/events/log/eventLog.ts';
import type { Actor } from '../../../src/events/metadata.ts';
import { anyFact } from '../../support/anyFact.ts';
import { ada, ben } from '../../support/happened.ts';
import { memoryKeyStore } from '../../support/memoryKeyStore.ts';
import { newEvent } from '../../support/newEvent.ts';

const sweep: Actor = { id: 'sweep', name: 'Sweep' };

const eventOf = ({ type, data }: DomainFact, actor: Actor = ada): NewEvent => {
  const event = newEvent(JSON.parse(JSON.stringify(data)));
  return { ...event, type, metadata: { ...event.metadata, actor } };
};

const recorded = (event: NewEvent): RecordedEvent => ({
  ...JSON.parse(JSON.stringify(event)),
  ...{ stream: 'job-1', revision: 0, position: positionOf(1), recordedAt: '2026-01-01T00:00:00.000Z' },
});

const openKeys = (clock: () => number = () => 0) => {
  const store = memoryKeyStore();
  return { store, keys: createKeyRing(store, clock) };
};

const isOf = <Type extends EventType>(
  type: Type,
  fact: DomainFact,
): fact is Extract<DomainFact, { type: Type }> => fact.type === type;

const posted = (text: string): NewEvent => {
  const [fact] = fc.sample(
    anyFact.filter((each) => isOf('MessagePosted', each)),
    { numRuns: 1, seed: 1 },
  );
  if (fact === undefined || !isOf('MessagePosted', fact)) throw new Error('there is one');
  return eventOf({ ...fact, data: { ...fact.data, author: ada, text } });
};

describe('an event with personal data', () => {
  it('is read as it was written, byte for byte, whatever it is and whoever did it', async () => {
    const { keys } = openKeys();
    await fc.assert(
      fc.asyncProperty(anyFact, fc.constantFrom(ada, ben, sweep), async (fact, actor) => {
        const event = eventOf(fact, actor);
        const read = await decrypt(recorded(await encrypt(event, keys)), keys);
        expect(JSON.stringify(read)).toBe(JSON.stringify(recorded(event)));
      }),
    );
  });

  it('holds from where a command came, which is of whoever gave it and of nobody else', async () => {
    const { keys, store } = openKeys();
    const event = posted('a boat');
    const origin = { way: 'http', address: '203.0.113.7' } as const;
    const moved = { ...event, metadata: { ...event.metadata, actor: ben, origin } };
    const kept = recorded(await encrypt(moved, keys));
    expect(JSON.stringify(kept)).not.toContain(origin.address);
    expect((await decrypt(kept, keys)).metadata.origin).toEqual(origin);
    await store.destroy(ada.id);
    keys.forget(ada.id);
    expect((await decrypt(kept, keys)).metadata.origin).toEqual(origin);
    await store.destroy(ben.id);
    keys.forget(ben.id);
    expect((await decrypt(kept, keys)).metadata.origin).toEqual({ way: 'http', address: '' });
  });

  it('belongs to the author of the message where somebody else changed its text', async () => {
    const { keys, store } = openKeys();
    const event = eventOf({ type: 'MessageEdited', data: { text: 'a boat, said otherwise' } }, ben);
    const changed = { ...event, metadata: { ...event.metadata, subject: { authorId: ada.id } } };
    const kept = recorded(await encrypt(changed, keys));
    await store.destroy(ben.id);
    keys.forget(ben.id);
    expect((await decrypt(kept, keys)).data).toEqual({ text: 'a boat, said otherwise' });
    await store.destroy(ada.id);
    keys.forget(ada.id);
    expect((await decrypt(kept, keys)).data).toEqual({ text: '' });
  });

  it('is of its actor alone where a later release brought its type: what else is personal in it, that release knows', () => {
    const event = newEvent({ author: ben, text: 'a boat' });
    expect(personalFieldsOf(event)).toEqual([
      { path: ['metadata', 'actor', 'name'], person: 'ada', value: 'Ada', erased: 'erased' },
    ]);
    expect(personalFieldsOf({ ...event, metadata: { ...event.metadata, actor: sweep } })).toEqual([]);
  });

  it('keeps the place that it has: what was sealed for a place that is gone is not put anywhere', async () => {
    const { keys } = openKeys();
    const origin = { way: 'http', address: '203.0.113.7' } as const;
    const event = posted('a boat');
    const kept = recorded(await encrypt({ ...event, metadata: { ...event.metadata, origin } }, keys));
    const { origin: _, ...metadata } = kept.metadata;
    const read = await decrypt({ ...kept, metadata }, keys);
    expect(read.metadata).not.toHaveProperty('origin');
    expect(read.data.text).toBe('a boat');
  });

  it('shows nothing of it in the log', async () => {
    const { keys } = openKeys();
    await fc.assert(
      fc.asyncProperty(anyFact, async (fact) => {
        const event = eventOf(fact);
        const kept = JSON.stringify(await encrypt(event, keys));
        for (const { value } of personalFieldsOf(event))
          if (typeof value === 'string' && value.length > 2)
            expect(kept).not.toContain(JSON.stringify(value));
      }),
    );
    const { metadata, data } = await encrypt(posted('the harbour at night'), keys);
    expect(data.text).toBe('');
    expect(metadata.actor).toEqual({ id: 'ada', name: 'erased' });
  });

  it('fits its schema still when the keys of all are destroyed, and says who it was of by their ids alone', async () => {
    await fc.assert(
      fc.asyncProperty(anyFact, async (fact) => {
        const { store, keys } = openKeys();
        const kept = recorded(await encrypt(eventOf(fact), keys));
        for (const person of ['ada', 'ben']) {
          await store.destroy(person);
          keys.forget(person);
        }
        const read = await decrypt(kept, keys);
        expect(catalogue[fact.type].data.safeParse(read.data).error?.issues ?? []).toEqual([]);
        expect(personalFieldsOf(read)).toEqual([]);
        expect(read.metadata.actor.id).toBe('ada');
      }),
    );
  });

  it('loses what is of the one whose key is destroyed, and keeps what is of others', async () => {
    const { store, keys } = openKeys();
    const kept = recorded(
      await encrypt(eventOf({ type: 'ParticipantJoined', data: { participant: ben } }), keys),
    );
    await store.destroy('ben');
    keys.forget('ben');
    const read = await decrypt(kept, keys);
    expect(read.data).toEqual({ participant: { id: 'ben', name: 'erased' } });
    expect(read.metadata.actor).toEqual(ada);
  });

  it('is passed through where it was written before there was encryption', async () => {
    const { keys } = openKeys();
    const plain = recorded(posted('from before'));
    expect(await decrypt(plain, keys)).toBe(plain);
  });

  it('is refused, and not taken for erased, where its key is missing', async () => {
    const kept = recorded(await encrypt(posted('hello'), openKeys().keys));
    await expect(decrypt(kept, openKeys().keys)).rejects.toThrow(KeyMissing);
  });

  it('is refused where its box is changed, or was put there from another event or for another person', async () => {
    const { store, keys } = openKeys();
    await store.obtain('ben');
    const kept = recorded(await encrypt(posted('hello'), keys));
    const [box] = kept.metadata.personal ?? [];
    if (box === undefined) throw new Error('there is a box');
    const withBox = (changed: typeof box): RecordedEvent => ({
      ...kept,
      metadata: { ...kept.metadata, personal: [changed] },
    });
    const bytes = Buffer.from(box.box, 'base64');
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    for (const wrong of [
      { ...kept, id: v7() as EventId },
      { ...kept, type: 'MessageEdited' },
      withBox({ ...box, box: bytes.toString('base64') }),
      withBox({ ...box, box: box.box.slice(0, 8) }),
      withBox({ ...box, person: 'ben' }),
    ])
      await expect(decrypt(wrong, keys)).rejects.toThrow(BoxDamaged);
  });

  it('can not be read by a process that heard nothing of the erasure, once it has held the key for its time', async () => {
    let now = 0;
    const { store, keys } = openKeys(() => now);
    const kept = recorded(await encrypt(posted('hello'), keys));
    await store.destroy('ada');
    expect((await decrypt(kept, keys)).data.text).toBe('hello');
    now = heldMs;
    expect((await decrypt(kept, keys)).data.text).toBe('');
  });

  it('is encrypted anew for a person who comes back, and what was erased stays erased', async () => {
    const { store, keys } = openKeys();
    const before = recorded(await encrypt(posted('before'), keys));
    await store.destroy('ada');
    keys.forget('ada');
    const after = recorded(await encrypt(posted('after'), keys));
    expect((await decrypt(before, keys)).data.text).toBe('');
    expect((await decrypt(after, keys)).data.text).toBe('after');
  });
});
