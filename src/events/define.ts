import type { z } from 'zod';
import type { Json } from './json.ts';

/** One event type: the version that is written today, its data, and the way up from each older version. */
export interface EventDefinition {
  readonly version: number;
  readonly data: z.ZodType;
  /** From version n (the key) to n + 1. Older versions are brought up when read, never rewritten. */
  readonly upcasters?: { readonly [from: number]: (data: Json) => Json };
  /**
   * From version n (the key) to n − 1: versions that this release reads and doesn't write yet. A release
   * learns to read a new version, only the next one writes it, so that a rollback reads everything.
   */
  readonly downcasters?: { readonly [from: number]: (data: Json) => Json };
}

export type EventDefinitions = { readonly [type: string]: EventDefinition };

/** The event types of one stream; types are inferred from the schemas, and names are checked where used. */
export const defineEvents = <const Definitions extends EventDefinitions>(
  definitions: Definitions,
): Definitions => definitions;

/** The closed union of `{ type, data }` that a set of definitions describes. */
export type EventOf<Definitions extends EventDefinitions> = {
  [Type in keyof Definitions & string]: {
    readonly type: Type;
    readonly data: Readonly<z.output<Definitions[Type]['data']>>;
  };
}[keyof Definitions & string];
