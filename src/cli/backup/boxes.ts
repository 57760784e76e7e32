import type { KeyStore } from '../../events/log/encryption/keyStore.ts';
import type { EventLog } from '../../events/log/eventLog.ts';

/** Whose personal data a log holds encrypted. */
export interface Boxes {
  /** The highest generation of the key that it takes to read them, by person. */
  readonly needed: ReadonlyMap<string, number>;
  /** People of whom the log says itself that they were erased. */
  readonly erased: ReadonlySet<string>;
}

/** Reads a log as it is kept. */
export const readBoxes = async (log: Pick<EventLog, 'readAll'>): Promise<Boxes> => {
  const needed = new Map<string, number>();
  const erased = new Set<string>();
  for await (const { type, data, metadata } of log.readAll()) {
    if (type === 'PersonErased') erased.add(String(data.personId));
    for (const { person, generation } of metadata.personal ?? [])
      needed.set(person, Math.max(generation, needed.get(person) ?? 0));
  }
  return { needed, erased };
};

export interface KeysFound {
  /** People whose texts can't be read, though nobody erased them: their keys must be brought. */
  readonly missing: readonly string[];
  /** People who were erased after the log was backed up: their keys are destroyed, and the log doesn't say so. */
  readonly erasedSince: readonly string[];
}

/** Holds what a log needs against the keys that there are. */
export const findKeys = async (
  { needed, erased }: Boxes,
  keys: Pick<KeyStore, 'newest'>,
): Promise<KeysFound> => {
  const missing: string[] = [];
  const erasedSince: string[] = [];
  for (const [person, generation] of needed) {
    const newest = await keys.newest(person);
    if (newest === null || newest.generation < generation) missing.push(person);
    else if (newest.secret === null && !erased.has(person)) erasedSince.push(person);
  }
  return { missing, erasedSince };
};
