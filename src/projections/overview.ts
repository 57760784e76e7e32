import type { LogId, Position } from '../events/ids.ts';
import type { DocumentStore } from './documents/documentStore.ts';
import { firstStanding, generationName, readStandings, type Standing, versionOf } from './generations.ts';
import type { Instance } from './instance.ts';
import { readHolder } from './leases.ts';
import { type AnyProjection, checkpointName } from './projection.ts';
import { buildLeaseName } from './rebuild.ts';

/** One building of one version of a projection, as it lies in the store. */
export interface GenerationShown {
  readonly projection: string;
  readonly version: number;
  readonly generation: number;
  /** `old`, `newer`: of a version that this release doesn't read; other nodes may. */
  readonly state: 'live' | 'building' | 'wanted' | 'kept' | 'old' | 'newer';
  /** Null where nothing was written yet. */
  readonly position: Position | null;
  readonly logId: LogId | null;
  /** Where it stopped, and why. */
  readonly stopped: { readonly position: Position; readonly type: string; readonly reason: string } | null;
  /** Which process writes it, or builds it; null where none does. */
  readonly writer: Instance | null;
}

type Shown = Pick<GenerationShown, 'projection' | 'version'> & { readonly generations: readonly number[] };

/** What this release declares, and what else was ever written. */
const everyVersion = async (
  documents: Pick<DocumentStore, 'checkpoints' | 'readRecord' | 'writeRecord'>,
  projections: readonly AnyProjection[],
  standings: ReadonlyMap<string, Standing>,
): Promise<readonly Shown[]> => {
  const found = new Map<string, { projection: string; version: number; generations: Set<number> }>();
  const add = (projection: string, version: number, generations: readonly number[]): void => {
    const name = checkpointName({ name: projection, version });
    const known = found.get(name) ?? { projection, version, generations: new Set<number>() };
    for (const each of generations) known.generations.add(each);
    found.set(name, known);
  };
  for (const { name, version } of projections)
    add(name, version, (standings.get(checkpointName({ name, version })) ?? firstStanding).kept);
  for (const { name } of await documents.checkpoints()) {
    const of = versionOf(name);
    if (of !== null) add(of.projection, of.version, [of.generation]);
  }
  return [...found.values()].map((each) => ({
    ...each,
    generations: [...each.generations].sort((one, other) => one - other),
  }));
};

const stateOf = (
  declared: number | undefined,
  version: number,
  generation: number,
  { live, building, wanted }: Standing,
): GenerationShown['state'] => {
  if (declared !== version) return declared !== undefined && version > declared ? 'newer' : 'old';
  if (generation === live) return 'live';
  if (generation === building) return 'building';
  return generation === wanted?.generation ? 'wanted' : 'kept';
};

/** Every generation that lies in the store, by projection in the order in which they are declared. */
export const readOverview = async (
  documents: DocumentStore,
  projections: readonly AnyProjection[],
): Promise<readonly GenerationShown[]> => {
  const standings = await readStandings(documents);
  const declared = new Map(projections.map(({ name, version }) => [name, version]));
  const shown: GenerationShown[] = [];
  for (const { projection, version, generations } of await everyVersion(documents, projections, standings)) {
    const name = checkpointName({ name: projection, version });
    const standing = standings.get(name) ?? firstStanding;
    for (const generation of generations) {
      const checkpoint = await documents.checkpoint(generationName(name, generation));
      const { generation: _, ...stopped } = standing.stops.find((each) => each.generation === generation) ?? {
        generation,
      };
      const state = stateOf(declared.get(projection), version, generation, standing);
      const leaseName = state === 'building' ? buildLeaseName(name) : name;
      const isWritten = generation === standing.live || state === 'building';
      shown.push({
        ...{ projection, version, generation, state },
        position: checkpoint?.position ?? null,
        logId: checkpoint?.logId ?? null,
        stopped: 'position' in stopped ? stopped : null,
        writer: isWritten ? await readHolder(documents, leaseName) : null,
      });
    }
  }
  return shown;
};
