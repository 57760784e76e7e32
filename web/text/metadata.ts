import type { JsonObject } from '../../src/events/json.ts';
import { forbiddenKeys } from '../../src/events/json.ts';

/** What this page keeps in a message's metadata: `{ favourite?: true, tags?: { [name]: true } }`. */
export const isFavourite = (metadata: JsonObject): boolean => metadata.favourite === true;

export const favouritePatch = (favourite: boolean): JsonObject => ({ favourite: favourite ? true : null });

/**
 * Tags are the keys of an object, not a list: patches of different tags touch different keys, so two
 * people who tag at once lose nothing; a list would be replaced as a whole.
 */
export const tagsOf = ({ tags }: JsonObject): string[] =>
  typeof tags !== 'object' || tags === null || Array.isArray(tags)
    ? []
    : Object.entries(tags)
        .filter(([, set]) => set === true)
        .map(([name]) => name)
        .sort((a, b) => a.localeCompare(b));

export const tagPatch = (name: string, set: boolean): JsonObject => ({ tags: { [name]: set ? true : null } });

/** The tag that a person typed, or null where it can't be one. */
export const tagFrom = (text: string): string | null => {
  const name = text.trim().replace(/^#/, '').replace(/\s+/gu, ' ').slice(0, 40).trim();
  return name === '' || forbiddenKeys.has(name) ? null : name;
};
