import type { EventLog } from '../../src/events/log/eventLog.ts';
import type { DocumentStore } from '../../src/projections/documents/documentStore.ts';
import { createPointers, readLive } from '../../src/projections/generations.ts';
import { messages } from '../../src/projections/messages.ts';
import { declareVersions, startNewVersions, type VersionShown } from '../../src/projections/newVersions.ts';
import { type AnyProjection, projection } from '../../src/projections/projection.ts';
import { startProjections } from '../../src/projections/runner.ts';

const { name, version, keys, apply } = messages;

/** The messages as this release has them. */
export const today: AnyProjection = { ...messages, keys, apply } as AnyProjection;

/** The messages of a release to come: every text is shouted. */
export const shouted = projection<NonNullable<typeof messages.collection.body>>({
  ...{ name, version: version + 1, keys },
  indexes: [],
  apply(document, event, id) {
    const next = apply(document, event, id);
    return next === null || next === document ? next : { ...next, text: next.text.toUpperCase() };
  },
});
export const tomorrow = shouted as AnyProjection;

/** A node of a release that declares these, as main.ts starts one. */
export const startNode = async (
  log: EventLog,
  documents: DocumentStore,
  projections: readonly AnyProjection[],
  more: {
    readonly onlyFollow?: boolean;
    readonly onProgress?: (versions: readonly VersionShown[]) => void;
  } = {},
) => {
  const pointers = createPointers();
  const onTrouble = (cause: unknown): never => {
    throw cause;
  };
  const parts = { log, documents, projections, pointers, onTrouble, onlyFollow: false, ...more };
  await declareVersions(log, documents, projections);
  const runner = await startProjections({ ...parts, onStopped: () => undefined });
  const versions = await startNewVersions(parts);
  const never = new AbortController().signal;
  return {
    runner,
    versions,
    live: readLive(documents, pointers),
    whenRead: () => versions.whenRead(never),
    settled: async () => runner.whenProcessed(await log.head(), 60_000),
    async stop() {
      await versions.stop();
      await runner.stop();
    },
  };
};
