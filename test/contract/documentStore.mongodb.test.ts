import { type Db, MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { positionOf } from '../../src/events/ids.ts';
import { projections } from '../../src/projections/all.ts';
import {
  type AnyCollection,
  type Collection,
  type Count,
  DocumentStoreUnavailable,
  type Query,
} from '../../src/projections/documents/documentStore.ts';
import { documentsOf, fieldOf } from '../../src/projections/documents/mongodb/layout.ts';
import { openMongodbDocumentStore } from '../../src/projections/documents/mongodb/mongodbDocumentStore.ts';
import { type Asked, askCount, askQuery } from '../../src/projections/documents/mongodb/reader.ts';
import { writeDocuments } from '../../src/projections/documents/mongodb/writer.ts';
import { openTemporaryMongodb, type TemporaryMongodb } from '../support/mongodb/temporaryMongodb.ts';
import { type TestServer, testServer } from '../support/mongodb/testServer.ts';
import { documentStoreContract } from './documentStore.contract.ts';

interface Shape {
  readonly name: string;
  readonly collection: AnyCollection;
  readonly asked: Asked;
  readonly sort: Readonly<Record<string, 1 | -1>>;
}

/** Every question that the indexes of a collection let through: others are refused before they are asked. */
const shapesOf = (collection: Collection<Record<string, string>>): Shape[] =>
  collection.indexes.flatMap((index) =>
    index.flatMap((then, length): Shape[] => {
      const where = Object.fromEntries(index.slice(0, length).map((field) => [field, 'x']));
      const name = `${collection.name} by (${Object.keys(where).join(', ')}), then ${then}`;
      const query = (
        direction: 'ascending' | 'descending',
        bounds: Pick<Query<Record<string, string>>, 'after' | 'until'>,
      ): Shape => ({
        name: `${name} ${direction} ${Object.keys(bounds).join(' ')}`,
        collection,
        asked: askQuery({ collection, where, orderBy: then, direction, limit: 10, ...bounds }),
        sort: { [fieldOf(then)]: direction === 'ascending' ? 1 : -1 },
      });
      const count = (below: Pick<Count<Record<string, string>>, 'below'>): Shape => ({
        name: `${name} counted`,
        collection,
        asked: askCount({ collection, where, ...below }),
        sort: {},
      });
      return [
        query('ascending', {}),
        query('descending', { after: 'y' }),
        query('ascending', { after: 'y', until: 'z' }),
        count({}),
        count({ below: { field: then, value: 'y' } }),
      ];
    }),
  );

const collections: readonly AnyCollection[] = projections.map(({ collection }) => collection);
const shapes = collections.flatMap((collection) =>
  shapesOf(collection as Collection<Record<string, string>>),
);

const choice = testServer;
if ('missing' in choice) it.skip(`a document store on MongoDB: ${choice.missing}`);
else {
  let server: TestServer;
  beforeAll(async () => {
    server = await choice.start();
  });
  afterAll(() => server.stop());

  documentStoreContract(choice.name, () => openTemporaryMongodb(server.url), { snapshots: choice.isReal });

  describe('the MongoDB adapter of the document store', () => {
    let store: TemporaryMongodb;
    let client: MongoClient;
    let database: Db;
    const fruits: Collection<{ colour: string }> = { name: 'fruits_1', indexes: [['colour']] };
    const apple = (id: string, colour: string) => ({
      ...{ collection: fruits, id, position: positionOf(1), body: { colour } },
    });
    beforeEach(async () => {
      store = await openTemporaryMongodb(server.url);
      client = new MongoClient(store.url);
      database = client.db();
    });
    afterEach(async () => {
      await client.close();
      await store.cleanup();
    });

    it('finds indexes that are there already as it needs them', async () => {
      await store.documents.prepare([fruits]);
      await store.documents.prepare([fruits]);
      const names = (await documentsOf(database, 'fruits_1').indexes()).map(({ name }) => name);
      expect(names.toSorted()).toEqual(['_id_', 'colour']);
    });

    it('refuses an index of the same name that has other keys, and says how to go on', async () => {
      await documentsOf(database, 'fruits_1').createIndex({ position: 1 }, { name: 'colour' });
      await expect(store.documents.prepare([fruits])).rejects.toThrow(
        'The index colour of the collection documents_fruits_1 has other keys than this release needs; drop it (db.documents_fruits_1.dropIndex("colour")) and start again.',
      );
    });

    it('has an index for every question: its first fields are those compared, the next is the order', () => {
      for (const { name, collection, asked, sort } of shapes) {
        const index = collection.indexes.find((each) => each.join('_') === asked.hint) ?? [];
        const compared = Object.entries(asked.filter)
          .filter(([, condition]) => '$eq' in Object(condition))
          .map(([field]) => field);
        const fields = index.map(fieldOf);
        expect(fields.slice(0, compared.length).toSorted(), name).toEqual(compared.toSorted());
        const [ordered] = Object.keys(sort);
        if (ordered !== undefined) expect(fields[compared.length], name).toBe(ordered);
        // Without its first field a document is not in the index, which is there for few of them.
        expect(Object.keys(asked.filter), name).toContain(fields[0]);
      }
      expect(shapes.length).toBeGreaterThan(50);
    });

    it.runIf(choice.isReal)(
      'asks nothing that scans a collection or sorts: each plan is explained',
      async () => {
        await store.documents.prepare(projections.map(({ collection }) => collection));
        for (const { name, collection, asked, sort } of shapes) {
          const find = documentsOf(database, collection.name).find(asked.filter, { hint: asked.hint, sort });
          const { queryPlanner } = await find.explain('queryPlanner');
          const plan = JSON.stringify(queryPlanner.winningPlan);
          expect(plan, name).toContain('"IXSCAN"');
          expect(plan, name).not.toMatch(/"(COLLSCAN|SORT)"/);
        }
      },
    );

    it.each([{ $gt: '' }, { $where: 'true' }, { $regex: '.' }, ['x'], null])(
      'takes %j neither as an id nor as a value to look for',
      async (operator) => {
        const { documents } = store;
        await documents.prepare([fruits]);
        await documents.write([apple('a', 'red')], []);
        await expect(documents.get(fruits, operator as never)).rejects.toThrow(TypeError);
        const base = { collection: fruits, orderBy: 'colour', direction: 'ascending', limit: 9 } as const;
        const where = { colour: operator as never };
        await expect(documents.count({ collection: fruits, where })).rejects.toThrow(TypeError);
        await expect(documents.query({ ...base, where: {}, after: operator as never })).rejects.toThrow(
          TypeError,
        );
        await expect(documents.readRecord('kind', operator as never)).rejects.toThrow(TypeError);
      },
    );

    it('refuses a lone surrogate, which MongoDB would change silently', async () => {
      await store.documents.prepare([fruits]);
      await expect(store.documents.write([apple('a\ud800', 'red')], [])).rejects.toThrow(/lone surrogate/);
      await expect(store.documents.write([apple('a', 'r\udc00d')], [])).rejects.toThrow(/lone surrogate/);
    });

    it('tries once more what was refused because another made the same document, for that may be older', async () => {
      const collection = documentsOf(database, 'fruits_1');
      let tries = 0;
      const bulkWrite: typeof collection.bulkWrite = async (...call) => {
        tries += 1;
        if (tries > 1) return collection.bulkWrite(...call);
        await collection.insertOne({ _id: 'a', position: positionOf(9), body: null });
        try {
          return await collection.bulkWrite(...call);
        } finally {
          await collection.updateOne({ _id: 'a' }, { $set: { position: positionOf(1) } });
        }
      };
      const raced: Db = Object.assign(Object.create(database), {
        collection: () => Object.assign(Object.create(collection), { bulkWrite }),
      });
      await writeDocuments(raced, [{ ...apple('a', 'red'), position: positionOf(5) }], []);
      expect(tries).toBe(2);
      expect(await store.documents.get(fruits, 'a')).toEqual({ colour: 'red' });
    });

    it('does not take the refusal of another unique index for success', async () => {
      await store.documents.prepare([fruits]);
      await documentsOf(database, 'fruits_1').createIndex(
        { field_colour: -1 },
        { name: 'of somebody else', unique: true },
      );
      const same = [apple('a', 'index: _id_ '), apple('b', 'index: _id_ ')];
      await expect(store.documents.write(same, [])).rejects.toThrow(DocumentStoreUnavailable);
    });

    it('lets the server forget records whose time is over', async () => {
      const [, expiry] = await database.collection('records').indexes();
      expect(expiry).toMatchObject({ key: { expiresAt: 1 }, expireAfterSeconds: 0 });
    });

    it('says in one sentence that it can not be reached, and never the password', async () => {
      const refused = openMongodbDocumentStore('mongodb://ada:secret%40word@127.0.0.1:9/pictures', {
        serverSelectionTimeoutMS: 200,
      });
      await expect(refused).rejects.toThrow(
        /^The document store 127\.0\.0\.1:9\/pictures can not be reached \(.*\); check that MongoDB runs there/,
      );
      await expect(refused).rejects.not.toThrow(/secret/);
    });

    it.each(['mongodb://ada:se/cret@host/x', 'mongodb://ada:secret@', 'mongodb://ada:secret@host:no/x'])(
      'refuses the URL %s without repeating it',
      async (url) => {
        const refused = openMongodbDocumentStore(url);
        await expect(refused).rejects.toThrow(/^DOCUMENTS_URL can not be read as a MongoDB URL/);
        await expect(refused).rejects.not.toThrow(/cret/);
      },
    );
  });
}
