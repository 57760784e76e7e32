import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { handle } from '../../../src/commands/handler.ts';
import { projectionDecider } from '../../../src/commands/projection.ts';
import { type CommandId, startOfLog } from '../../../src/events/ids.ts';
import { projectionStream } from '../../../src/events/streams.ts';
import { activate } from '../../../src/projections/activate.ts';
import { projections } from '../../../src/projections/all.ts';
import { compare } from '../../../src/projections/compare.ts';
import type { DocumentStore } from '../../../src/projections/documents/documentStore.ts';
import {
  createPointers,
  generationOf,
  readLive,
  readStandings,
  standingIn,
} from '../../../src/projections/generations.ts';
import { messages } from '../../../src/projections/messages.ts';
import { type AnyProjection, checkpointName } from '../../../src/projections/projection.ts';
import { type BuildParts, BuildUnderWay, build, resume } from '../../../src/projections/rebuild.ts';
import { type ProjectionRunner, startProjections } from '../../../src/projections/runner.ts';
import { documentStores } from '../../support/anyDocuments.ts';
import { ada, commandNumber } from '../../support/happened.ts';
import { eventsIn } from '../../support/readLog.ts';
import { tellStory } from '../../support/story.ts';
import { openTemporaryLog, type TemporaryLog } from '../../support/temporaryLog.ts';

const names = projections.map(checkpointName);
const never = new AbortController().signal;
const quickly = { lookMs: 50, beatMs: 100, silenceMs: 2_000 };

describe.each(documentStores)('rebuilding on $name', ({ missing, start }) => {
  let stores: Awaited<ReturnType<typeof start>>;
  let documents: DocumentStore;
  let log: TemporaryLog;
  const atEnd: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    if (missing === undefined) stores = await start();
  });
  afterAll(() => stores?.stop());
  beforeEach(async () => {
    if (missing !== undefined) return;
    log = await openTemporaryLog();
    const store = await stores.fresh();
    documents = store.documents;
    atEnd.push(
      () => log.cleanup(),
      () => store.cleanup(),
    );
  });
  afterEach(async () => {
    for (const end of atEnd.toReversed()) await end();
    atEnd.length = 0;
  });

  const serve = async (all: readonly AnyProjection[] = projections) => {
    const pointers = createPointers();
    const fail = (cause: unknown): never => {
      throw cause;
    };
    const runner = await startProjections({
      ...{ log: log.log, documents, projections: all, pointers, onTrouble: fail },
      onStopped: ({ name, reason }) => fail(new Error(`${name} stopped: ${reason}`)),
    });
    atEnd.push(() => runner.stop());
    return { runner, live: readLive(documents, pointers) };
  };
  const parts = (more: Partial<BuildParts> = {}): BuildParts => ({
    ...{ log: log.log, documents, projections, signal: never, leaseTimes: quickly },
    onProgress: () => undefined,
    onTrouble: (cause) => {
      throw cause;
    },
    ...more,
  });
  const switchTo = (tracks: Parameters<typeof activate>[1]) =>
    activate(parts(), tracks, { actor: ada, commandId: '00000000-0000-4000-8000-000000000001' });
  const settled = async (runner: ProjectionRunner) => runner.whenProcessed(await log.log.head(), 60_000);
  /** Whether every document of both generations is the same, at the same position. */
  const differencesTo = async (building: Awaited<ReturnType<typeof build>>, live = 1) => {
    const found: string[] = [];
    for (const { name, collection, projection } of building.tracks) {
      const livesIn = generationOf(projection.collection, live);
      const comparison = await compare(
        { documents, collection: livesIn },
        { documents, collection },
        async () => building.buildTo((await documents.checkpoint(livesIn.name))?.position ?? startOfLog),
        never,
      );
      if (comparison.differing + comparison.unsettled > 0)
        found.push(`${name}: ${JSON.stringify(comparison.first)}`);
    }
    return found;
  };

  it.skipIf(missing !== undefined)(
    'builds the same documents while others are written, and has them read in one step',
    async () => {
      const { runner, live } = await serve();
      await tellStory(log.log, 20);
      const building = await build(parts());
      atEnd.push(() => building.close());
      await building.buildTo(await log.log.head());
      await tellStory(log.log, 10);
      expect(await differencesTo(building)).toEqual([]);
      const telling = tellStory(log.log, 10);
      expect([...(await switchTo(building.tracks)).values()]).toEqual(names.map(() => 'live'));
      await telling;
      await settled(runner);
      for (const name of names)
        expect(await live.checkpoint(name)).toMatchObject({
          name: `${name}_2`,
          position: await log.log.head(),
        });
      const posted = (await eventsIn(log.log)).filter(({ type }) => type === 'MessagePosted').at(-1);
      expect(await live.get(messages.collection, posted?.messageId ?? '')).not.toBeNull();
      const told = (await eventsIn(log.log)).filter(({ type }) => type === 'ProjectionActivated');
      expect(told.map(({ stream }) => stream).sort()).toEqual(
        projections.map(({ name }) => `projection-${name}`).sort(),
      );
      const version = projections.find(({ name }) => told[0]?.stream === `projection-${name}`)?.version;
      expect(told[0]).toMatchObject({
        actor: ada,
        data: { version, generation: 2, previous: { version, generation: 1 } },
      });
    },
  );

  it.skipIf(missing !== undefined)('goes on where it was interrupted', async () => {
    await tellStory(log.log, 60);
    const head = await log.log.head();
    const interrupted = new AbortController();
    const first = await build(parts({ signal: interrupted.signal, onProgress: () => interrupted.abort() }));
    await first.buildTo(head);
    await first.close();
    let events = 0;
    const second = await build(parts({ onProgress: (progress) => (events = progress.events) }));
    atEnd.push(() => second.close());
    await second.buildTo(head);
    expect(second.tracks.map(({ generation }) => generation)).toEqual(names.map(() => 2));
    expect(events).toBeLessThan(Number(head));
    await serve().then(({ runner }) => settled(runner));
    expect(await differencesTo(second)).toEqual([]);
  });

  it.skipIf(missing !== undefined)('refuses to build what is being built already', async () => {
    const first = await build(parts());
    atEnd.push(() => first.close());
    await expect(build(parts({ projections: [messages as AnyProjection] }))).rejects.toThrow(BuildUnderWay);
  });

  it.skipIf(missing !== undefined)('goes back to the documents of before, brought up to date', async () => {
    const { runner, live } = await serve();
    await tellStory(log.log, 5);
    const some = { projections: [messages as AnyProjection] };
    const building = await build(parts(some));
    await building.buildTo(await log.log.head());
    await switchTo(building.tracks);
    await building.close();
    await tellStory(log.log, 5);
    const again = await resume(parts(), messages as AnyProjection, 1);
    atEnd.push(() => again.close());
    await again.buildTo(await log.log.head());
    expect(await switchTo(again.tracks)).toEqual(new Map([['messages_2', 'live']]));
    await tellStory(log.log, 5);
    await settled(runner);
    expect(await live.checkpoint('messages_2')).toMatchObject({
      name: 'messages_2',
      position: await log.log.head(),
    });
    expect(standingIn(await readStandings(documents), 'messages_2')).toMatchObject({ live: 1, kept: [1, 2] });
  });

  it.skipIf(missing !== undefined)('switches without a server, and tells the log who wanted it', async () => {
    await tellStory(log.log, 5);
    const building = await build(parts());
    atEnd.push(() => building.close());
    await building.buildTo(await log.log.head());
    expect([...(await switchTo(building.tracks)).values()]).toEqual(names.map(() => 'live'));
  });

  it.skipIf(missing !== undefined)('finds the document that is not what the log says', async () => {
    const { runner } = await serve();
    await tellStory(log.log, 5);
    await settled(runner);
    const [row] = await documents.rows(messages.collection, '', 1);
    const { collection } = messages;
    const body = { ...JSON.parse(row?.body ?? ''), text: 'forged' };
    // As the last event about it would have written it; the log's own number stays where it was.
    await documents.drop('messages_2');
    await documents.prepare([collection]);
    const position = row?.position ?? (await log.log.head());
    await documents.write(
      [{ collection, id: row?.id ?? '', position, body }],
      [{ name: 'messages_2', logId: log.log.logId, position: await log.log.head() }],
    );
    const building = await build(parts({ projections: [messages as AnyProjection] }));
    atEnd.push(() => building.close());
    await building.buildTo(await log.log.head());
    const [found] = await differencesTo(building);
    expect(found).toContain('forged');
  });

  it.skipIf(missing !== undefined)(
    'leaves out the event that it was told to leave out, now and whenever it is built again',
    async () => {
      const picky: AnyProjection = {
        ...(messages as AnyProjection),
        apply: (document, event, id) => {
          if (event.type === 'MessageMetadataMerged') throw new Error('too salty');
          return messages.apply(document as never, event, id);
        },
      };
      const pointers = createPointers();
      const stopped: string[] = [];
      const runner = await startProjections({
        ...{ log: log.log, documents, projections: [picky], pointers, onTrouble: () => undefined },
        onStopped: ({ reason }) => stopped.push(reason ?? ''),
      });
      atEnd.push(() => runner.stop());
      await tellStory(log.log, 1);
      const poison = (await eventsIn(log.log)).filter(({ type }) => type === 'MessageMetadataMerged');
      for (const { position } of poison) {
        await vi.waitFor(
          async () =>
            expect(standingIn(await readStandings(documents), checkpointName(picky)).stops[0]).toMatchObject({
              ...{ generation: 1, position, type: 'MessageMetadataMerged' },
              reason: expect.stringContaining('too salty'),
            }),
          { timeout: 20_000 },
        );
        expect(runner.health()[0]).toMatchObject({ state: 'stopped' });
        const command = { type: 'skip', position, reason: 'written by a broken release' } as const;
        const cause = { actor: ada, commandId: commandNumber(1), correlationId: 'test' };
        const own = {
          ...cause,
          commandId: `${cause.commandId.slice(0, -4)}${position.slice(-4)}` as CommandId,
        };
        const handling = { log: log.log, now: () => new Date() };
        await handle(handling, projectionDecider, projectionStream('messages'), command, own);
      }
      await vi.waitFor(
        async () =>
          expect(standingIn(await readStandings(documents), checkpointName(picky)).stops).toEqual([]),
        { timeout: 20_000 },
      );
      await settled(runner);
      const building = await build(parts({ projections: [picky] }));
      atEnd.push(() => building.close());
      await building.buildTo(await log.log.head());
      expect(building.tracks[0]?.stopped).toBeNull();
      expect(await differencesTo(building)).toEqual([]);
      expect(stopped).toHaveLength(poison.length);
    },
  );
});
