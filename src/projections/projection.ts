import type { DomainEvent } from '../events/catalogue.ts';
import type { Position } from '../events/ids.ts';
import type { Collection } from './documents/documentStore.ts';

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
  /** Ids of the documents that the event concerns; none where it concerns none. */
  readonly keys: (event: DomainEvent) => readonly string[];
  /** The document after the event; the same reference where nothing changes; null: none, or no longer. */
  readonly apply: (document: Body | null, event: DomainEvent, id: string) => Body | null;
}

/** Fixes the body's type; the result is the argument. */
export const projection = <Body extends Positioned>(definition: Projection<Body>): Projection<Body> =>
  definition;

export const checkpointName = (of: { readonly name: string; readonly version: number }): string =>
  `${of.name}_${of.version}`;
