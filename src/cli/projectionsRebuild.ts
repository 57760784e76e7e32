import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { startOfLog } from '../events/ids.ts';
import { activate } from '../projections/activate.ts';
import { type Comparison, compare } from '../projections/compare.ts';
import type { AnyCollection, DocumentStore } from '../projections/documents/documentStore.ts';
import { openDocumentStore } from '../projections/documents/openDocumentStore.ts';
import { changeStanding, generationOf, readStandings, standingIn } from '../projections/generations.ts';
import type { AnyProjection } from '../projections/projection.ts';
import { type Building, build, dropBuilding, dropGeneration } from '../projections/rebuild.ts';
import type { Track } from '../projections/track.ts';
import { answering, interruption, type Register } from './command.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { commandLineActor, type OpenedStores, withStores } from './openStores.ts';
import type { Output } from './output.ts';
import { createProgress } from './progress.ts';
import { projectionsNamed } from './projectionNames.ts';

interface RebuildOptions {
  readonly all?: true;
  readonly fresh?: true;
  readonly dryRun?: true;
  readonly verify?: true;
}

/** One rebuild, as the functions below take it. */
interface Rebuilding {
  readonly stores: OpenedStores;
  readonly projections: readonly AnyProjection[];
  readonly output: Output;
  readonly signal: AbortSignal;
}

const titleOf = (projections: readonly AnyProjection[]): string =>
  projections.length === 1 ? (projections[0]?.name ?? '') : `${projections.length} projections`;

const openBuilding = async (
  { stores, projections, output, signal }: Rebuilding,
  documents: DocumentStore,
): Promise<{ building: Building; ended(): void }> => {
  const progress = createProgress(titleOf(projections), output, () => performance.now());
  const building = await build({
    ...{ log: stores.log, documents, projections, signal },
    onProgress: (at) => progress.tell(at),
    onTrouble: (cause) => output.line(`Trying again: ${cause instanceof Error ? cause.message : cause}`),
  });
  return { building, ended: () => progress.end() };
};

const interrupted = (output: Output): ExitCode => {
  output.item({ kind: 'interrupted' }, 'Interrupted. Give the same command again, and it goes on from here.');
  return exitCode.interrupted;
};

const tellStopped = (output: Output, { projection, generation, stopped }: Track): void => {
  const how = `darkroom projections skip ${projection.name} --position ${stopped?.at?.position} --reason "…"`;
  output.item(
    { kind: 'stopped', projection: projection.name, generation, ...stopped },
    `${projection.name} was not switched: ${stopped?.reason}. Run a release that can digest it, or leave it out (${how}), then give the same command again.`,
  );
};

const rebuild = async (rebuilding: Rebuilding): Promise<ExitCode> => {
  const { stores, output, signal } = rebuilding;
  const { log, bareDocuments } = stores;
  const { building, ended } = await openBuilding(rebuilding, bareDocuments);
  try {
    // What came meanwhile is little, and the switch has to wait for the less.
    for (let round = 0; round < 2; round += 1) await building.buildTo(await log.head());
    ended();
    if (signal.aborted) return interrupted(output);
    for (const track of building.tracks) if (track.stopped !== null) tellStopped(output, track);
    const built = building.tracks.filter(({ stopped }) => stopped === null);
    const before = await readStandings(bareDocuments);
    const by = { actor: commandLineActor(), commandId: v7() };
    const parts = { log, documents: bareDocuments, signal, onTrouble: () => undefined };
    const outcomes = built.length === 0 ? new Map() : await activate(parts, built, by);
    for (const { name, projection, generation } of built) {
      const outcome = outcomes.get(name);
      const { live } = standingIn(before, name);
      output.item(
        { kind: outcome, projection: projection.name, generation, previous: live },
        outcome === 'live'
          ? `${projection.name}: generation ${generation} is read now. To go back: darkroom projections activate ${projection.name} --generation ${live}`
          : `${projection.name}: generation ${generation} is built and not read yet (${outcome}); see the server's log, then: darkroom projections activate ${projection.name} --generation ${generation}`,
      );
    }
    if (signal.aborted) return exitCode.interrupted;
    const isWhole = [...outcomes.values()].every((outcome) => outcome === 'live');
    return isWhole && built.length === building.tracks.length ? exitCode.done : exitCode.failed;
  } finally {
    await building.close();
  }
};

const short = (body: string | null): string =>
  body === null ? 'no document' : body.length > 300 ? `${body.slice(0, 300)}…` : body;

const tellComparison = (output: Output, projection: string, found: Comparison): void => {
  const { documents, differing, unsettled, first, position } = found;
  const unsure = unsettled === 0 ? '' : `, ${unsettled} that changed all the time were not compared`;
  output.item(
    { kind: 'compared', projection, ...found },
    `${projection}: ${documents} documents compared at ${position}, ${differing} differ${unsure}.`,
  );
  for (const { id, live, rebuilt } of first) {
    output.line(`  ${id}`);
    output.line(output.style('red', `    live     ${short(live)}`));
    output.line(output.style('green', `    rebuilt  ${short(rebuilt)}`));
  }
};

/** Builds into that store, compares with what is read, and answers with the tracks in which something differs. */
const compareWithLive = async (rebuilding: Rebuilding, building: Building, into: DocumentStore) => {
  const { stores, output, signal } = rebuilding;
  const standings = await readStandings(stores.bareDocuments);
  const liveOf = ({ name, projection }: Track): AnyCollection =>
    generationOf(projection.collection, standingIn(standings, name).live);
  const advance = async (): Promise<void> => {
    const live = await Promise.all(
      building.tracks.map((track) => stores.bareDocuments.checkpoint(liveOf(track).name)),
    );
    // As far as the one that has come furthest: the others follow by themselves.
    await building.buildTo(
      live
        .map((each) => each?.position ?? startOfLog)
        .toSorted()
        .at(-1) ?? startOfLog,
    );
  };
  await advance();
  const differing: Track[] = [];
  for (const track of building.tracks) {
    if (signal.aborted) break;
    if (track.stopped !== null) {
      tellStopped(output, track);
      differing.push(track);
      continue;
    }
    const live = { documents: stores.bareDocuments, collection: liveOf(track) };
    const found = await compare(live, { documents: into, collection: track.collection }, advance, signal);
    tellComparison(output, track.projection.name, found);
    if (found.differing > 0) differing.push(track);
  }
  return differing;
};

/** Builds in a file of its own on this machine: the document store is only read. */
const dryRun = async (rebuilding: Rebuilding): Promise<ExitCode> => {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-dry-run-'));
  const scratch = await openDocumentStore(`sqlite:${join(folder, 'documents.db')}`);
  try {
    const { building, ended } = await openBuilding(rebuilding, scratch);
    const differing = await compareWithLive(rebuilding, building, scratch).finally(ended);
    await building.close();
    if (rebuilding.signal.aborted) return exitCode.interrupted;
    return differing.length > 0 ? exitCode.found : exitCode.done;
  } finally {
    await scratch.close();
    await rm(folder, { recursive: true, force: true });
  }
};

/** Builds beside in the store, switches nothing, and keeps what differs, so that it can be switched to. */
const verify = async (rebuilding: Rebuilding): Promise<ExitCode> => {
  const { stores, output, signal } = rebuilding;
  const { bareDocuments } = stores;
  const { building, ended } = await openBuilding(rebuilding, bareDocuments);
  try {
    const differing = await compareWithLive(rebuilding, building, bareDocuments).finally(ended);
    if (signal.aborted) return interrupted(output);
    for (const track of building.tracks) {
      const { name, generation, projection } = track;
      if (!differing.includes(track)) await dropGeneration(bareDocuments, name, generation);
      else if (track.stopped === null) {
        await changeStanding(bareDocuments, name, (standing) => ({ ...standing, building: null }));
        output.line(
          `What was rebuilt is kept. To have it read: darkroom projections activate ${projection.name} --generation ${generation}`,
        );
      }
    }
    return differing.length > 0 ? exitCode.found : exitCode.done;
  } finally {
    await building.close();
  }
};

export const addProjectionsRebuild: Register = (parent) => {
  answering<RebuildOptions>(
    parent
      .command('rebuild')
      .argument('[names...]', 'the projections')
      .option('--all', 'all projections, reading the log once')
      .option('--fresh', 'begin anew instead of going on with a building that was interrupted')
      .option('--dry-run', 'build in a file of its own, tell what would differ, and change nothing')
      .option('--verify', 'build beside, compare with the documents that are read, and switch nothing')
      .description(
        'Build documents anew from the log, beside those that are read, and switch to them in one step. The server may run. Ctrl-C, and the same command goes on later.',
      ),
    [
      'darkroom projections rebuild messages',
      'darkroom projections rebuild --all --json',
      'darkroom projections rebuild jobs queue --verify',
    ],
    ({ words, options, output }) =>
      withStores(async (stores) => {
        const projections = projectionsNamed(words, options.all === true);
        const rebuilding = { stores, projections, output, signal: interruption() };
        if (options.dryRun === true) return dryRun(rebuilding);
        if (options.fresh === true)
          for (const each of projections) await dropBuilding(stores.bareDocuments, each);
        return options.verify === true ? verify(rebuilding) : rebuild(rebuilding);
      }),
  );
};
