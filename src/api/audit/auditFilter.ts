import { type Position, positionOf, startOfLog } from '../../events/ids.ts';
import type { AuditFilter, Past } from '../../projections/past.ts';
import { wordsOf } from '../../projections/words.ts';
import type { AuditQuery } from '../http/schemas.ts';

const directlyBefore = (position: Position): Position =>
  position === startOfLog ? startOfLog : positionOf(BigInt(position) - 1n);

export const latest = (...positions: readonly (Position | undefined)[]): Position | undefined =>
  positions
    .filter((each) => each !== undefined)
    .toSorted()
    .at(-1);

const earliest = (...positions: readonly (Position | undefined)[]): Position | undefined =>
  positions.filter((each) => each !== undefined).toSorted()[0];

/** A question as it is asked, in positions and words as it is answered. */
export const auditFilter = async (
  query: Omit<AuditQuery, 'limit' | 'cursor'>,
  past: Pick<Past, 'positionAt'>,
): Promise<AuditFilter> => {
  const { from, to, after, before, text, ...same } = query;
  // The last that was recorded before: one millisecond is the least that times differ by.
  const begun =
    from === undefined
      ? undefined
      : await past.positionAt(new Date(new Date(from).getTime() - 1).toISOString());
  const ended = to === undefined ? undefined : await past.positionAt(to);
  const first = latest(after, begun);
  const last = earliest(before === undefined ? undefined : directlyBefore(before), ended);
  return {
    ...same,
    ...(first === undefined ? {} : { after: first }),
    ...(last === undefined ? {} : { until: last }),
    ...(text === undefined ? {} : { words: wordsOf(text) }),
  };
};
