import type { DomainEvent } from '../events/catalogue.ts';
import type { Position } from '../events/ids.ts';
import type { AnyCollection, Collection } from './documents/documentStore.ts';

/** Every document says which event was folded into it last. */
export interface Positioned {
  readonly position: Position;
}

/**
 * What people read, as data: from each event, which documents it concerns and what becomes of them.
 * `keys` and `apply` are pure and total; the runner owns paging, loading, writing and the checkpoint.
 */
export interface Projection<Body extends Positioned> {
  readonly name: string;
  /** A new version is built beside the old one. */
  readonly version: number;
  readonly collection: Collection<Body>;
  /** Each document is written once, by one event: none needs to be loaded before. */
  readonly writtenOnce?: true;
  /** Ids of the documents that the event concerns; none where it concerns none. */
  keys(event: DomainEvent): readonly string[];
  /**
   * The document after the event; the same reference where nothing changes; null: none, or no longer.
   * An event that isn't newer than the document changes nothing.
   */
  apply(document: Body | null, event: DomainEvent, id: string): Body | null;
}

/** A projection where it doesn't matter what its documents are: as the runner takes them. */
export type AnyProjection = Omit<Projection<Positioned>, 'collection'> & {
  readonly collection: AnyCollection<Positioned>;
};

/** Fixes the body's type; the collection is named after the projection and its version. */
export const projection = <Body extends Positioned>(
  definition: Omit<Projection<Body>, 'collection'> &
    Pick<Collection<Body>, 'indexes' | 'lists' | 'byPosition' | 'text'>,
): Projection<Body> => {
  const { indexes, lists = [], byPosition, text, ...rest } = definition;
  return {
    ...rest,
    collection: {
      ...{ name: checkpointName(rest), indexes, lists },
      ...(byPosition === undefined ? {} : { byPosition }),
      ...(text === undefined ? {} : { text }),
    },
  };
};

export const checkpointName = (of: { readonly name: string; readonly version: number }): string =>
  `${of.name}_${of.version}`;
