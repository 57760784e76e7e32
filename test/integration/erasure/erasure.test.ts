import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkErasable, type ErasureParts, erasePerson, holdingsOf } from '../../../src/cli/erasePerson.ts';
import { type Config, readConfig } from '../../../src/config.ts';
import { type ImageId, type JobId, startOfLog } from '../../../src/events/ids.ts';
import { projections } from '../../../src/projections/all.ts';
import { compare } from '../../../src/projections/compare.ts';
import type { AnyCollection } from '../../../src/projections/documents/documentStore.ts';
import { generationOf, versionOf } from '../../../src/projections/generations.ts';
import { checkpointName } from '../../../src/projections/projection.ts';
import { build } from '../../../src/projections/rebuild.ts';
import { startProjections } from '../../../src/projections/runner.ts';
import {
  keysUrl,
  openConfiguredDocuments,
  openConfiguredImages,
  openConfiguredLog,
  openKeyStore,
} from '../../../src/stores.ts';
import { ada, ben } from '../../support/happened.ts';
import { embeddedStores, productionStores, type TestStores } from '../../support/stores.ts';
import { contextOf, openDesks } from '../../support/story.ts';
import { makeTemporaryFolder } from '../../support/temporaryLog.ts';

const never = new AbortController().signal;
const fail = (cause: unknown): never => {
  throw cause;
};

/** Everything that changes something, in the order in which it is first done. */
const steps = [
  'keys.destroy',
  'log.append',
  'documents.write',
  'documents.writeRecord',
  'documents.drop',
  'documents.forgetRecords',
  'documents.scrub',
  'images.remove',
] as const;

const openStores = async (config: Config) => {
  const log = await openConfiguredLog(config);
  const documents = await openConfiguredDocuments(config);
  const keys = await openKeyStore(keysUrl(config));
  const images = await openConfiguredImages(config);
  const close = async () => {
    await keys.close();
    await documents.close();
    await log.close();
  };
  return { log, documents, keys, images, close };
};
type Stores = Awaited<ReturnType<typeof openStores>>;

/** What remains of a process that dies right after that step: nothing that it does later happens. */
const dyingAt = (step: string, stores: Stores): Stores => {
  let isDead = false;
  const mortal =
    <Words extends readonly unknown[], Result>(name: string, act: (...words: Words) => Promise<Result>) =>
    async (...words: Words): Promise<Result> => {
      // A lease is handed back by nobody who died: it is taken over, which is tried elsewhere and takes long.
      if (words[0] === 'lease') return act(...words);
      if (isDead) throw new Error('this process is dead');
      const result = await act(...words);
      if (name === step) isDead = true;
      return result;
    };
  const { log, documents, keys, images } = stores;
  const { scrub } = documents;
  return {
    ...stores,
    log: { ...log, append: mortal('log.append', log.append) },
    keys: { ...keys, destroy: mortal('keys.destroy', keys.destroy) },
    images: { ...images, remove: mortal('images.remove', images.remove) },
    documents: {
      ...documents,
      write: mortal('documents.write', documents.write),
      writeRecord: mortal('documents.writeRecord', documents.writeRecord),
      drop: mortal('documents.drop', documents.drop),
      forgetRecords: mortal('documents.forgetRecords', documents.forgetRecords),
      ...(scrub === undefined ? {} : { scrub: mortal('documents.scrub', scrub) }),
    },
  };
};

/** What Ada and Ben wrote to each other, every text of hers with the secret in it. */
const tell = async ({ log, documents }: Stores, secret: string, drawn: ImageId): Promise<void> => {
  const [hers, his] = [{ ...ada, name: `Ada ${secret}` }, ben];
  const { commands, desk } = openDesks(log);
  const asHer = () => ({
    ...contextOf(hers),
    origin: { way: 'http', address: `${secret}.example` } as const,
  });
  const { conversationId } = await commands.startConversation(asHer(), {
    title: `title ${secret}`,
    participants: [his.id],
  });
  const wanted = {
    text: `text ${secret}`,
    metadata: { note: secret },
    image: { prompt: `prompt ${secret}` },
  };
  const { messageId, jobId } = await commands.postMessage(asHer(), conversationId, wanted);
  await desk.queue(messageId);
  const claim = await desk.claim(jobId as JobId, 'sketch');
  if (claim === null) throw new Error('nobody else claims it');
  const picture = {
    imageId: drawn,
    width: 8,
    height: 8,
    contentType: 'image/png',
    bytes: 9,
    seed: 7,
  } as const;
  await desk.complete(claim, { images: [picture], engine: 'sketch', model: 'm' });
  await commands.editMessage(asHer(), messageId, `edited ${secret}`);
  await commands.editMessage(contextOf(his, ['operator']), messageId, `said for her: ${secret}`);
  await commands.postMessage(contextOf(his), conversationId, { text: 'what Ben wrote' });
  await documents.writeRecord('idempotency', 'some', null, { answer: `text ${secret}` });
  await documents.writeRecord('person', hers.id, null, { name: hers.name });
};

const project = async ({ log, documents }: Stores): Promise<void> => {
  const parts = { log, documents, projections, onTrouble: fail };
  const runner = await startProjections({
    ...parts,
    onStopped: ({ reason }) => fail(new Error(reason ?? '')),
  });
  await runner.whenProcessed(await log.head(), 60_000);
  await runner.stop();
};

const erase = async (stores: Stores): Promise<void> => {
  const holdings = await holdingsOf(stores.log, ada.id);
  await checkErasable(stores.documents, ada.id, holdings);
  const actor = { id: 'cli:test', name: 'test' };
  const parts: ErasureParts = { ...stores, actor, signal: never, onProgress: () => undefined };
  await erasePerson(parts, ada.id, holdings);
};

/** Every collection that was ever written, by the name of its version. */
const written = async ({ documents }: Stores): Promise<readonly (readonly [string, AnyCollection])[]> =>
  (await documents.checkpoints()).flatMap(({ name }) => {
    const of = versionOf(name);
    const found = projections.find((each) => each.name === of?.projection && each.version === of.version);
    if (of === null || found === undefined) return [];
    return [[checkpointName(found), generationOf(found.collection, of.generation)] as const];
  });

/** All bodies of all documents that there are. */
const allBodies = async (stores: Stores): Promise<string> => {
  const found: string[] = [];
  for (const [, collection] of await written(stores))
    found.push(...(await stores.documents.rows(collection, '', 1_000)).map(({ body }) => body ?? ''));
  return found.join('\n');
};

/** Names of the projections whose documents aren't what building them anew gives. */
const differing = async (stores: Stores): Promise<string[]> => {
  const { log, documents } = stores;
  // What was read is at the head then, as what is built is.
  await project(stores);
  const live = new Map(await written(stores));
  const parts = { log, documents, projections, signal: never, onProgress: () => undefined, onTrouble: fail };
  const building = await build(parts);
  try {
    await building.buildTo(await log.head());
    const found: string[] = [];
    for (const { name, collection } of building.tracks) {
      const read = { documents, collection: live.get(name) ?? collection };
      const advance = async () =>
        building.buildTo((await documents.checkpoint(read.collection.name))?.position ?? startOfLog);
      const rebuilt = { documents, collection };
      const { differing: many, unsettled } = await compare(read, rebuilt, advance, never);
      if (many + unsettled > 0) found.push(name);
    }
    return found;
  } finally {
    await building.close();
  }
};

const drawn = 'cd'.repeat(32) as ImageId;

describe.each([embeddedStores, productionStores])('an erasure on $name', (choice) => {
  const { missing } = choice;
  let provided: TestStores;
  let folder: Awaited<ReturnType<typeof makeTemporaryFolder>>;
  const opened: Stores[] = [];
  beforeAll(async () => {
    if (missing === null) provided = await choice.start();
  });
  afterAll(() => provided?.stop());
  beforeEach(async () => {
    folder = await makeTemporaryFolder();
  });
  afterEach(async () => {
    for (const stores of opened.splice(0)) await stores.close();
    await folder.remove();
  });
  const open = async (): Promise<Stores> => {
    const stores = await openStores(readConfig({ DATA_DIR: folder.folder, ...provided.fresh() }));
    opened.push(stores);
    return stores;
  };

  it.skipIf(missing !== null)(
    'that is killed at each of its steps ends whole when the same command is given again',
    async () => {
      const stores = await open();
      await tell(stores, 'Geheimnis', drawn);
      await project(stores);
      expect(await allBodies(stores)).toContain('Geheimnis');
      const lived: string[] = [];
      for (const step of steps)
        await erase(dyingAt(step, stores)).then(
          () => lived.push(step),
          (cause: unknown) => expect(String(cause)).toContain('this process is dead'),
        );
      // The last step has nothing after it; and some stores see to it themselves that nothing is left.
      expect(['images.remove', 'documents.scrub']).toEqual(expect.arrayContaining(lived));
      await erase(stores);
      const bodies = await allBodies(stores);
      expect(bodies).not.toContain('Geheimnis');
      expect(bodies).toContain('what Ben wrote');
      expect(await stores.documents.readRecord('idempotency', 'some')).toBeNull();
      expect(await stores.documents.readRecord('person', ada.id)).toBeNull();
      expect(await differing(stores)).toEqual([]);
    },
  );
});

it('of whatever a person wrote an erasure leaves no byte in the files, and the documents that building anew gives', async () => {
  // So long that it stands nowhere by chance.
  const anySecret = fc.stringMatching(/^[a-z]{24}$/);
  await fc.assert(
    fc.asyncProperty(anySecret, async (secret) => {
      const { folder, remove } = await makeTemporaryFolder();
      const config = readConfig({ DATA_DIR: folder });
      const stores = await openStores(config);
      try {
        await tell(stores, secret, drawn);
        await project(stores);
        await erase(stores);
        expect(await differing(stores)).toEqual([]);
      } finally {
        await stores.close();
      }
      for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!file.isFile()) continue;
        const bytes = readFileSync(join(file.parentPath, file.name));
        expect([file.name, bytes.includes(secret)]).toEqual([file.name, false]);
      }
      await remove();
    }),
    { numRuns: 3, endOnFailure: true },
  );
});
