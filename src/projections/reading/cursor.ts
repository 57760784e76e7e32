import { createHash } from 'node:crypto';
import { type Position, position as positionSchema } from '../../events/ids.ts';
import type { Page } from '../readModel.ts';

/** What a list is of: its name and all that it is narrowed by. */
export type ListName = readonly (string | null)[];

/** The cursor isn't one of this list. */
export class ForeignCursor extends Error {
  readonly code = 'foreign_cursor';
}

const markOf = (list: ListName): string =>
  createHash('sha256').update(JSON.stringify(list)).digest('hex').slice(0, 8);

/**
 * Where a list goes on: what it is ordered by, of the last that was shown, and a mark of the list, so that a
 * cursor of another list is found out rather than believed. Opaque to clients.
 */
export const cursorOf = (list: ListName, last: string): string => `${last}-${markOf(list)}`;

/** @throws ForeignCursor */
export const positionIn = (list: ListName, cursor: string): Position => {
  const position = positionSchema.safeParse(cursor.slice(0, 20)).data;
  if (position === undefined || cursor !== cursorOf(list, position))
    throw new ForeignCursor('the cursor is not one of this list');
  return position;
};

/** The same of a list that isn't ordered by positions. @throws ForeignCursor */
export const keyIn = (list: ListName, cursor: string): string => {
  const key = cursor.slice(0, cursor.lastIndexOf('-'));
  if (cursor !== cursorOf(list, key)) throw new ForeignCursor('the cursor is not one of this list');
  return key;
};

/** The page of `items`, of which one more than `limit` was asked for, to learn whether there are more. */
export const pageOf = <Item>(
  items: readonly Item[],
  limit: number,
  list: ListName,
  at: (item: Item) => string,
): Page<Item> => {
  const shown = items.slice(0, limit);
  const last = items.length > limit ? shown.at(-1) : undefined;
  return { items: shown, nextCursor: last === undefined ? null : cursorOf(list, at(last)) };
};

/** `after` of a query, where the list goes on at a cursor. */
export const goingOn = (list: ListName, cursor: string | undefined) =>
  cursor === undefined ? {} : { after: positionIn(list, cursor) };

export const conversationsOf = (person: string): ListName => ['conversations', person];
export const messagesIn = (conversation: string): ListName => ['messages', conversation];
export const jobsBy = (filter: {
  readonly of: string | null;
  readonly status?: string;
  readonly conversation?: string;
}): ListName => ['jobs', filter.of, filter.status ?? null, filter.conversation ?? null];

export const waitingInOrder: ListName = ['waiting'];

/** All that an audit is narrowed by, in an order that stays. */
export const auditBy = (filter: Readonly<Record<string, unknown>>): ListName => [
  'audit',
  ...Object.keys(filter)
    .toSorted()
    .map((key) => `${key} ${JSON.stringify(filter[key])}`),
];
