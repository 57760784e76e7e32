import type { AnyCollection } from './documentStore.ts';

/** A query that no index serves: a mistake in the code that asks, found at its first run. */
export class NoIndex extends Error {
  readonly code = 'no_index';
  constructor(collection: string, where: readonly string[], then: string | undefined) {
    super(
      `collection ${collection} has no index on (${[...where, ...(then === undefined ? [] : [then])].join(', ')})`,
    );
    this.name = 'NoIndex';
  }
}

/** The index whose first fields are those compared, in any order, and whose next is `then`. */
export const indexFor = (
  { name, indexes }: AnyCollection,
  where: readonly string[],
  then?: string,
): readonly string[] => {
  const found = indexes.find((index) => {
    const compared = index.slice(0, where.length);
    return (
      where.every((field) => compared.includes(field)) && (then === undefined || index[where.length] === then)
    );
  });
  if (found === undefined) throw new NoIndex(name, where, then);
  return found;
};
