import { execFile } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fillLog } from '../../../bench/fill.ts';
import { handle } from '../../../src/commands/handler.ts';
import { projectionDecider } from '../../../src/commands/projection.ts';
import { startOfLog } from '../../../src/events/ids.ts';
import { darkroom } from '../../../src/events/metadata.ts';
import { projectionStream } from '../../../src/events/streams.ts';
import type { DocumentStore } from '../../../src/projections/documents/documentStore.ts';
import { readStandings, standingIn } from '../../../src/projections/generations.ts';
import { messages } from '../../../src/projections/messages.ts';
import { sentencesOf } from '../../../src/projections/newVersions.ts';
import { readOverview } from '../../../src/projections/overview.ts';
import { type AnyProjection, checkpointName } from '../../../src/projections/projection.ts';
import { documentStores } from '../../support/anyDocuments.ts';
import { ada, commandNumber } from '../../support/happened.ts';
import { shouted, startNode, today, tomorrow } from '../../support/nextRelease.ts';
import { eventsIn } from '../../support/readLog.ts';
import { tellStory } from '../../support/story.ts';
import { openTemporaryLog, type TemporaryLog } from '../../support/temporaryLog.ts';

const [before, after] = [checkpointName(today), checkpointName(tomorrow)];

describe.each(documentStores)('a new version of a projection, on $name,', ({ missing, start }) => {
  let stores: Awaited<ReturnType<typeof start>>;
  let documents: DocumentStore;
  let url: string;
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
    ({ documents, url } = store);
    atEnd.push(
      () => log.cleanup(),
      () => store.cleanup(),
    );
  });
  afterEach(async () => {
    for (const end of atEnd.toReversed()) await end();
    atEnd.length = 0;
  });

  const run = async (...[declared, more, into = documents]: [AnyProjection, object?, DocumentStore?]) => {
    const node = await startNode(log.log, into, [declared], more);
    atEnd.push(() => node.stop());
    return node;
  };
  const activations = async () =>
    (await eventsIn(log.log)).filter(({ type }) => type === 'ProjectionActivated');
  const textOfFirst = async (
    reader: Pick<DocumentStore, 'get'>,
    collection: typeof messages.collection,
  ): Promise<string | undefined> => {
    const posted = (await eventsIn(log.log)).find(({ type }) => type === 'MessagePosted');
    return (await reader.get(collection, posted?.messageId ?? ''))?.text;
  };

  it.skipIf(missing !== undefined)(
    'is built while the release before goes on serving its own, and read once it is whole',
    async () => {
      const old = await run(today);
      await tellStory(log.log, 5);
      await old.settled();
      let open = (): void => undefined;
      const opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      const held: DocumentStore = {
        ...documents,
        async write(...batch) {
          if (batch[1].some(({ name }) => name === after)) await opened;
          return documents.write(...batch);
        },
      };
      const next = await run(tomorrow, {}, held);
      atEnd.push(async () => open());
      await vi.waitFor(() => expect(next.versions.shown()).toMatchObject([{ name: after, isBuilt: true }]));
      expect(sentencesOf(next.versions.shown())).toEqual([
        `projection messages v${tomorrow.version} is being built: 0 %`,
      ]);
      expect(next.runner.health()).toMatchObject([{ name: after, state: 'unbuilt' }]);

      await tellStory(log.log, 5);
      await old.settled();
      expect(await textOfFirst(old.live, messages.collection)).toBe('picture 0');
      expect(standingIn(await readStandings(documents), after)).toMatchObject({ live: 0, building: 1 });
      expect(await activations()).toEqual([]);

      open();
      await next.whenRead();
      await next.settled();
      expect(await textOfFirst(next.live, shouted.collection)).toBe('PICTURE 0');
      await vi.waitFor(async () => expect(await activations()).toHaveLength(1));
      expect(await activations()).toMatchObject([
        {
          actor: darkroom,
          data: {
            ...{ version: tomorrow.version, generation: 1 },
            previous: { version: today.version, generation: 1 },
          },
        },
      ]);

      await tellStory(log.log, 2);
      await Promise.all([old.settled(), next.settled()]);
      for (const [node, declared] of [
        [old, before],
        [next, after],
      ] as const)
        expect(await node.live.checkpoint(declared)).toMatchObject({ position: await log.log.head() });
      expect(await textOfFirst(old.live, messages.collection)).toBe('picture 0');
      expect(await readOverview(documents, [tomorrow])).toMatchObject([
        { version: tomorrow.version, generation: 1, state: 'live' },
        { version: today.version, generation: 1, state: 'old' },
      ]);
    },
  );

  it.skipIf(missing !== undefined)('that is taken back leaves the one of before as it was left', async () => {
    const old = await run(today);
    await tellStory(log.log, 3);
    await old.settled();
    await old.stop();
    const next = await run(tomorrow);
    await next.whenRead();
    await tellStory(log.log, 3);
    await next.settled();
    await next.stop();
    const again = await run(today);
    expect(again.versions.shown()).toEqual([]);
    await again.settled();
    expect(await textOfFirst(again.live, messages.collection)).toBe('picture 0');
    // The next release, once more: what it built is there.
    const anew = await run(tomorrow);
    expect(anew.versions.shown()).toEqual([]);
    await anew.settled();
    expect(await textOfFirst(anew.live, shouted.collection)).toBe('PICTURE 0');
  });

  it.skipIf(missing !== undefined)(
    'goes on where it was when its process is killed in the middle, and is told of once',
    async () => {
      const old = await run(today);
      await fillLog(log.log, 600);
      await old.settled();
      const words = ['--import', 'tsx', 'test/support/nextReleaseProcess.ts', log.file, url, '2'];
      const signal = await new Promise((resolve) => {
        execFile(process.execPath, words).once('exit', (_code, ending) => resolve(ending));
      });
      expect(signal).toBe('SIGKILL');
      const reached = (await documents.checkpoint(after))?.position ?? startOfLog;
      expect(reached > startOfLog).toBe(true);
      expect(reached < (await log.log.head())).toBe(true);

      const moves: string[] = [];
      const told: DocumentStore = {
        ...documents,
        async write(...batch) {
          for (const { name, position } of batch[1]) if (name === after) moves.push(position);
          return documents.write(...batch);
        },
      };
      const next = await run(tomorrow, {}, told);
      expect(next.versions.shown()).toMatchObject([{ name: after }]);
      await next.whenRead();
      await next.settled();
      expect((moves[0] ?? '') > reached).toBe(true);
      await vi.waitFor(async () => expect(await activations()).toHaveLength(1));
    },
  );

  it.skipIf(missing !== undefined)(
    'that can not digest an event is not read, and says how to leave that out',
    async () => {
      const old = await run(today);
      await tellStory(log.log, 2);
      await old.settled();
      const poison = (await eventsIn(log.log)).find(({ type }) => type === 'MessageMetadataMerged');
      expect(poison).toBeDefined();
      const picky: AnyProjection = {
        ...tomorrow,
        apply(document, event, id) {
          if (event.position === poison?.position) throw new Error('too salty');
          return tomorrow.apply(document, event, id);
        },
      };
      const next = await run(picky);
      await vi.waitFor(
        () =>
          expect(sentencesOf(next.versions.shown())[0]).toMatch(
            new RegExp(`too salty; .* darkroom projections skip messages --position ${poison?.position} `),
          ),
        { timeout: 20_000 },
      );
      await tellStory(log.log, 1);
      await old.settled();
      expect(await activations()).toEqual([]);
      const position = poison?.position ?? startOfLog;
      await handle(
        { log: log.log, now: () => new Date() },
        projectionDecider,
        projectionStream('messages'),
        { type: 'skip', position, reason: 'written by a broken release' },
        { actor: ada, commandId: commandNumber(1), correlationId: 'test' },
      );
      await next.whenRead();
      await next.settled();
      expect(await textOfFirst(next.live, shouted.collection)).toBe('PICTURE 0');
    },
  );
});
