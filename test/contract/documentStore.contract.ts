import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogId, Position } from '../../src/events/ids.ts';
import { positionOf, startOfLog } from '../../src/events/ids.ts';
import type { JsonObject } from '../../src/events/json.ts';
import {
  type Collection,
  type DocumentStore,
  type DocumentWrite,
  LeaseLost,
  textOf,
} from '../../src/projections/documents/documentStore.ts';

interface Fruit {
  readonly name: string;
  readonly colour: string;
  readonly order: string;
  readonly ripe: boolean;
  readonly eaters: readonly string[];
}

const fruits: Collection<Fruit> = {
  name: 'fruits_1',
  indexes: [['colour', 'order'], ['ripe', 'order'], ['eaters', 'order'], ['order']],
  lists: ['eaters'],
};

const fruit = (name: string, more: Partial<Fruit> = {}): Fruit => ({
  ...{ name, colour: 'red', order: name, ripe: true, eaters: [] },
  ...more,
});

/** What an event was about, written down by its initial alone. */
interface Note {
  readonly position: Position;
  readonly about: string | null;
  readonly words: readonly string[];
}

const notes: Collection<Note> = {
  name: 'notes_1',
  indexes: [['about', 'position'], ['words', 'position'], ['position']],
  lists: ['words'],
  byPosition: true,
  text: {
    write: ({ position, words }) => [position, ...words].join(' '),
    read: (text) => {
      const [position, ...words] = text.split(' ');
      return note(Number(position), words);
    },
  },
};

const note = (at: number, words: readonly string[]): Note => ({
  position: positionOf(at),
  about: words[0] ?? null,
  words,
});

const writeNote = (at: number, ...words: string[]): DocumentWrite => ({
  collection: notes,
  id: positionOf(at),
  position: positionOf(at),
  body: { ...note(at, words) },
});

const write = (id: string, at: number, body: Fruit | null): DocumentWrite => ({
  collection: fruits,
  id,
  position: positionOf(at),
  body: body === null ? null : { ...body },
});

const log = '00000000-0000-7000-8000-000000000001' as LogId;
const checkpoint = (at: number, logId = log) => ({ name: 'fruits_1', logId, position: positionOf(at) });

/** What every document store must do; each adapter runs it. */
export const documentStoreContract = (
  adapter: string,
  open: () => Promise<{ readonly documents: DocumentStore; cleanup(): Promise<void> }>,
  { snapshots }: { readonly snapshots: boolean } = { snapshots: true },
): void => {
  describe(`a document store on ${adapter}`, () => {
    let store: DocumentStore;
    let cleanup: () => Promise<void>;
    beforeEach(async () => {
      const opened = await open();
      store = opened.documents;
      cleanup = () => opened.cleanup();
      await store.prepare([fruits]);
    });
    afterEach(() => cleanup());

    const names = async (query: Partial<Parameters<typeof store.query<Fruit>>[0]>): Promise<string[]> => {
      const base = {
        collection: fruits,
        where: {},
        orderBy: 'order',
        direction: 'ascending',
        limit: 10,
      } as const;
      const found = await store.query<Fruit>({ ...base, ...query });
      const texts = await store.queryTexts<Fruit>({ ...base, ...query });
      expect(texts.map((text) => JSON.parse(text))).toEqual(found);
      return found.map(({ name }) => name);
    };

    it('gives back what was written, and null for what was not', async () => {
      await store.write([write('a', 1, fruit('apple'))], [checkpoint(1)]);
      expect(await store.get(fruits, 'a')).toEqual(fruit('apple'));
      expect(await store.get(fruits, 'b')).toBeNull();
      expect(await store.checkpoint('fruits_1')).toEqual(checkpoint(1));
      expect(await store.checkpoint('other')).toBeNull();
    });

    it('gives those of many that are there, by id', async () => {
      await store.write(
        [write('a', 1, fruit('apple')), write('b', 2, fruit('plum')), write('c', 3, null)],
        [],
      );
      const found = await store.getAll<Fruit>(fruits, ['c', 'b', 'missing', 'a']);
      expect(Object.fromEntries(found)).toEqual({ a: fruit('apple'), b: fruit('plum') });
      expect((await store.getAll(fruits, [])).size).toBe(0);
    });

    it('ignores a write that is not newer than what is there', async () => {
      await store.write([write('a', 5, fruit('new'))], []);
      await store.write([write('a', 4, fruit('old')), write('a', 5, fruit('same'))], []);
      expect(await store.get(fruits, 'a')).toEqual(fruit('new'));
    });

    it('keeps a tombstone, so that a late write brings nothing back', async () => {
      await store.write([write('a', 1, fruit('apple', { eaters: ['ada'] }))], []);
      await store.write([write('a', 3, null)], []);
      await store.write([write('a', 2, fruit('late', { eaters: ['ada'] }))], []);
      expect(await store.get(fruits, 'a')).toBeNull();
      expect(await names({})).toEqual([]);
      expect(await names({ where: { eaters: 'ada' } })).toEqual([]);
    });

    it('never moves a checkpoint back, nor to another log', async () => {
      await store.write([], [checkpoint(5)]);
      await store.write([], [checkpoint(4)]);
      await store.write([], [checkpoint(9, '00000000-0000-7000-8000-000000000002' as LogId)]);
      expect(await store.checkpoint('fruits_1')).toEqual(checkpoint(5));
    });

    it('says to who takes a projection over how far it came, and refuses its earlier holders', async () => {
      const first = { name: 'fruits_1', fence: 1 };
      const second = { name: 'fruits_1', fence: 2 };
      expect(await store.takeOver(first)).toBeNull();
      await store.write([write('a', 5, fruit('first'))], [checkpoint(5)], [first]);
      expect(await store.takeOver(second)).toEqual(checkpoint(5));
      await expect(store.takeOver(first)).rejects.toThrow(LeaseLost);
      await expect(store.write([], [checkpoint(9)], [first])).rejects.toThrow(LeaseLost);
      await store.write([write('a', 7, fruit('second'))], [checkpoint(7)], [second]);
      await expect(
        store.write([write('a', 8, fruit('late')), write('b', 8, fruit('late'))], [checkpoint(8)], [first]),
      ).rejects.toThrow(LeaseLost);
      expect(await store.get(fruits, 'a')).toEqual(fruit('second'));
      expect(await store.checkpoint('fruits_1')).toEqual(checkpoint(7));
    });

    it('lets the holder take over again what it holds', async () => {
      const lease = { name: 'fruits_1', fence: 3 };
      await store.takeOver(lease);
      await store.write([], [checkpoint(1)], [lease]);
      expect(await store.takeOver(lease)).toEqual(checkpoint(1));
    });

    it('pages in order, both ways, from after a value until a value', async () => {
      await store.write(
        'abcdef'.split('').map((id, at) => write(id, at + 1, fruit(id))),
        [],
      );
      expect(await names({ limit: 2 })).toEqual(['a', 'b']);
      expect(await names({ after: 'b', limit: 2 })).toEqual(['c', 'd']);
      expect(await names({ direction: 'descending', after: 'e', until: 'c' })).toEqual(['d', 'c']);
      expect(await names({ after: 'f' })).toEqual([]);
    });

    it('finds by equal fields, by truth, and by each entry of a list', async () => {
      await store.write(
        [
          write('1', 1, fruit('lime', { colour: 'green', ripe: false, eaters: ['ada', 'ben'] })),
          write('2', 2, fruit('cherry', { eaters: ['ben'] })),
        ],
        [],
      );
      expect(await names({ where: { colour: 'green' } })).toEqual(['lime']);
      expect(await names({ where: { ripe: false } })).toEqual(['lime']);
      expect(await names({ where: { eaters: 'ben' } })).toEqual(['cherry', 'lime']);
      await store.write([write('1', 3, fruit('lime', { eaters: ['ada'] }))], []);
      expect(await names({ where: { eaters: 'ben' } })).toEqual(['cherry']);
    });

    it('counts what is equal and below', async () => {
      await store.write(
        'abcd'.split('').map((id, at) => write(id, at + 1, fruit(id))),
        [],
      );
      expect(await store.count({ collection: fruits, where: { colour: 'red' } })).toBe(4);
      const below = { field: 'order', value: 'c' } as const;
      expect(await store.count({ collection: fruits, where: { colour: 'red' }, below })).toBe(2);
      const within = { ...below, from: 'b' };
      expect(await store.count({ collection: fruits, where: { colour: 'red' }, below: within })).toBe(1);
      await store.write([{ ...write('b', 5, fruit('b')), body: null }], []);
      expect(await store.count({ collection: fruits, where: { colour: 'red' }, below: within })).toBe(0);
    });

    it('refuses a query that no index serves', async () => {
      await expect(names({ where: { name: 'x' } })).rejects.toThrow(/no index on \(name, order\)/);
    });

    it.each(['$gt', '$where', 'a.b', "'; DROP TABLE x", '__proto__', '😀', 'x'.repeat(5000), ''])(
      'takes %j for nothing but text, as id and as value',
      async (text) => {
        await store.write([write(text, 1, fruit('plain', { colour: text, eaters: [text] }))], []);
        expect(await store.get(fruits, text)).toEqual(fruit('plain', { colour: text, eaters: [text] }));
        expect(await names({ where: { colour: text } })).toEqual(['plain']);
        expect(await names({ where: { eaters: text } })).toEqual(['plain']);
        expect(await names({ where: { colour: `${text}!` } })).toEqual([]);
      },
    );

    it('ends with the newest of each document, in whatever order and however often they are written', async () => {
      const writes = fc.array(
        fc.record({ id: fc.constantFrom('a', 'b', 'c'), at: fc.integer({ min: 1, max: 50 }) }),
        {
          minLength: 1,
          maxLength: 30,
        },
      );
      let round = 0;
      await fc.assert(
        fc.asyncProperty(writes, async (wanted) => {
          round += 1;
          const named = (id: string) => `${round} ${id}`;
          for (const { id, at } of wanted)
            await store.write([write(named(id), at, fruit(`${id} at ${at}`))], []);
          for (const id of new Set(wanted.map((each) => each.id))) {
            const newest = Math.max(...wanted.filter((each) => each.id === id).map(({ at }) => at));
            expect(await store.get(fruits, named(id))).toMatchObject({ name: `${id} at ${newest}` });
          }
        }),
        { numRuns: 30 },
      );
    });

    it('keeps the newest where many write the same new document at once', async () => {
      for (let round = 0; round < 20; round += 1) {
        const id = `contended ${round}`;
        await Promise.all([3, 9, 1, 7, 5].map((at) => store.write([write(id, at, fruit(`at ${at}`))], [])));
        expect(await store.get(fruits, id)).toMatchObject({ name: 'at 9' });
      }
    });

    it('gives back what people wrote byte for byte, whatever its keys', async () => {
      const metadata: unknown = JSON.parse(
        '{"$set":{"a.b":1},"a.b":{"$gt":""},"__proto__":{"x":1},"":-0,"z":1e21,"text":"a\\u0000b\\ud83d\\ude00"}',
      );
      const body = { ...fruit('odd'), metadata } as JsonObject;
      await store.write([{ collection: fruits, id: 'odd', position: positionOf(1), body }], []);
      expect(JSON.stringify(await store.get(fruits, 'odd'))).toBe(JSON.stringify(body));
    });

    it('lists what lies in a collection by id, page by page, tombstones too', async () => {
      expect(await store.rows(fruits, '', 2)).toEqual([]);
      await store.write(
        [write('c', 3, fruit('cherry')), write('a', 4, null), write('b', 2, fruit('banana'))],
        [checkpoint(4)],
      );
      expect(await store.rows(fruits, '', 2)).toEqual([
        { id: 'a', position: positionOf(4), body: null },
        { id: 'b', position: positionOf(2), body: JSON.stringify(fruit('banana')) },
      ]);
      expect((await store.rows(fruits, 'b', 2)).map(({ id }) => id)).toEqual(['c']);
    });

    describe('of documents that are each about one position', () => {
      beforeEach(async () => {
        await store.prepare([notes]);
        await store.write(
          [writeNote(9, 'sun', 'sea'), writeNote(10), writeNote(2, 'sea'), writeNote(1_000, 'sea', 'sun')],
          [],
        );
      });
      const asked = async (query: Partial<Parameters<typeof store.query<Note>>[0]>): Promise<number[]> => {
        const whole = { collection: notes, where: {}, orderBy: 'position', limit: 9 } as const;
        const found = await store.query<Note>({ ...whole, direction: 'ascending', ...query });
        const texts = await store.queryTexts<Note>({ ...whole, direction: 'ascending', ...query });
        expect(texts).toEqual(found.map((body) => textOf(notes, { ...body })));
        return found.map(({ position }) => Number(position));
      };

      it('gives back the whole of what was written down in short, by id and by query', async () => {
        expect(await store.get(notes, positionOf(9))).toEqual(note(9, ['sun', 'sea']));
        expect(await store.get(notes, positionOf(3))).toBeNull();
        const ids = [positionOf(2), positionOf(3), positionOf(1_000)];
        expect([...(await store.getAll(notes, ids))]).toEqual([
          [positionOf(2), note(2, ['sea'])],
          [positionOf(1_000), note(1_000, ['sea', 'sun'])],
        ]);
        const about = { collection: notes, where: { about: 'sun' }, orderBy: 'position' } as const;
        expect(await store.query<Note>({ ...about, direction: 'ascending', limit: 9 })).toEqual([
          note(9, ['sun', 'sea']),
        ]);
      });

      it('has them in the order of their positions, both ways, from after one until another', async () => {
        expect(await asked({})).toEqual([2, 9, 10, 1_000]);
        expect(await asked({ where: { about: 'sea' } })).toEqual([2, 1_000]);
        expect(await asked({ where: { words: 'sea' } })).toEqual([2, 9, 1_000]);
        expect(await asked({ where: { words: 'sea' }, after: positionOf(2), limit: 1 })).toEqual([9]);
        expect(await asked({ after: positionOf(2), until: positionOf(10) })).toEqual([9, 10]);
        expect(await asked({ direction: 'descending', after: '9'.repeat(20), limit: 2 })).toEqual([
          1_000, 10,
        ]);
        expect(
          await asked({ direction: 'descending', where: { words: 'sun' }, until: positionOf(10) }),
        ).toEqual([1_000]);
        const below = { field: 'position', value: positionOf(1_000) } as const;
        expect(await store.count<Note>({ collection: notes, where: { words: 'sea' }, below })).toBe(2);
      });

      it('keeps what is there when it is written again, and lists it as it is written down', async () => {
        await store.write([writeNote(2, 'sea'), writeNote(3, 'sky')], []);
        expect(await asked({ where: { words: 'sea' } })).toEqual([2, 9, 1_000]);
        expect(await store.rows(notes, '', 2)).toEqual([
          { id: positionOf(2), position: positionOf(2), body: `${positionOf(2)} sea` },
          { id: positionOf(3), position: positionOf(3), body: `${positionOf(3)} sky` },
        ]);
        expect((await store.rows(notes, positionOf(3), 2)).map(({ id }) => Number(id))).toEqual([9, 10]);
      });
    });

    it('drops what is dropped already, for whoever began with it may have died in between', async () => {
      await store.drop('fruits_1');
      await store.drop('fruits_1');
      await store.drop('never_written_1');
      await store.prepare([fruits]);
      expect(await store.checkpoint('fruits_1')).toBeNull();
    });

    it('drops a collection with its checkpoint and its fence, and no other of a name like it', async () => {
      const second = { ...fruits, name: 'fruits_1_2' };
      await store.prepare([second]);
      await store.takeOver({ name: 'fruits_1', fence: 7 });
      const both = [checkpoint(1), { ...checkpoint(1), name: 'fruits_1_2' }];
      const kept = { ...write('a', 1, fruit('kept', { eaters: ['ada'] })), collection: second };
      await store.write([write('a', 1, fruit('gone', { eaters: ['ada'] })), kept], both);
      expect((await store.checkpoints()).map(({ name }) => name)).toEqual(['fruits_1', 'fruits_1_2']);
      await store.drop('fruits_1');
      expect(await store.checkpoints()).toEqual([{ ...checkpoint(1), name: 'fruits_1_2' }]);
      const eaten = { collection: second, where: { eaters: 'ada' } };
      expect(
        await store.query({ ...eaten, orderBy: 'order', direction: 'ascending', limit: 9 }),
      ).toHaveLength(1);
      await store.prepare([fruits]);
      expect(await store.rows(fruits, '', 9)).toEqual([]);
      expect(await store.takeOver({ name: 'fruits_1', fence: 1 })).toBeNull();
    });

    it.runIf(snapshots)('shows one moment to the reads of a snapshot, while writes go on', async () => {
      await store.write([write('a', 1, fruit('first'))], [checkpoint(1)]);
      const seen = await store.snapshot(async (reader) => {
        const before = await reader.get(fruits, 'a');
        await store.write([write('a', 2, fruit('second'))], [checkpoint(2)]);
        return [
          before?.name,
          (await reader.get(fruits, 'a'))?.name,
          (await reader.checkpoint('fruits_1'))?.position,
        ];
      });
      expect(seen).toEqual(['first', 'first', positionOf(1)]);
      expect(await store.get(fruits, 'a')).toEqual(fruit('second'));
    });

    it('shows documents never older than the checkpoint that was read before them', async () => {
      await store.write([write('a', 1, fruit('first'))], [checkpoint(1)]);
      const [at, name] = await store.snapshot(async (reader) => {
        const read = await reader.checkpoint('fruits_1');
        await store.write([write('a', 2, fruit('second'))], [checkpoint(2)]);
        return [read?.position, (await reader.get(fruits, 'a'))?.name];
      });
      expect(at).toBe(positionOf(1));
      expect(['first', 'second']).toContain(name);
    });

    it('gives the result of each snapshot to its own caller, also where another fails', async () => {
      const failing = store.snapshot(async () => {
        throw new Error('not this one');
      });
      const fine = store.snapshot((reader) => reader.get(fruits, 'none'));
      await expect(failing).rejects.toThrow('not this one');
      expect(await fine).toBeNull();
    });

    it('lets one of many writers change a record, at each version', async () => {
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, writer) => store.writeRecord('kind', 'id', null, writer)),
      );
      expect(results.filter((result) => result === 'written')).toHaveLength(1);
      expect(await store.writeRecord('kind', 'id', 1, 'next')).toBe('written');
      expect(await store.writeRecord('kind', 'id', 1, 'late')).toBe('conflict');
      expect(await store.readRecord('kind', 'id')).toEqual({ value: 'next', version: 2 });
    });

    it('removes every record of a kind, and none of another', async () => {
      for (const id of ['a', 'b', '', '🌊'])
        await store.writeRecord('kind', id, null, 'x', Date.now() + 60_000);
      for (const kind of ['kin', 'kind2', 'kinda', 'l']) await store.writeRecord(kind, 'a', null, kind);
      await store.forgetRecords('kind');
      for (const id of ['a', 'b', '', '🌊']) expect(await store.readRecord('kind', id)).toBeNull();
      for (const kind of ['kin', 'kind2', 'kinda', 'l'])
        expect(await store.readRecord(kind, 'a')).toEqual({ value: kind, version: 1 });
      await store.forgetRecords('none');
    });

    it('removes a record, and forgets one whose time is over', async () => {
      await store.writeRecord('kind', 'gone', null, { a: 1 });
      expect(await store.writeRecord('kind', 'gone', 1, null)).toBe('written');
      expect(await store.readRecord('kind', 'gone')).toBeNull();
      await store.writeRecord('kind', 'old', null, 'x', Date.now() - 1);
      expect(await store.readRecord('kind', 'old')).toBeNull();
      expect(await store.writeRecord('kind', 'old', null, 'y')).toBe('written');
      expect(startOfLog as Position).toHaveLength(20);
    });
  });
};
