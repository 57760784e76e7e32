import { type JobId, type Position, positionOf, startOfLog, type UserId } from '../../events/ids.ts';
import type { QueueOrder } from '../../events/job.ts';
import type { DocumentReader } from '../documents/documentStore.ts';
import type { JobSpans, QueueSpan, TimelineRow } from '../model.ts';
import type { JobBefore, Wait } from '../past.ts';
import { compareQueueOrder, type QueueChange } from '../places.ts';
import { checkpointName } from '../projection.ts';
import { queueChange } from '../scopes.ts';
import { timeline } from '../timeline.ts';
import { waits } from '../waits.ts';
import { waitingAt } from './readPastQueue.ts';
import { readLastRow, readRows } from './readRows.ts';

const nobody = '' as UserId;

type Open = { -readonly [Key in keyof JobBefore]: JobBefore[Key] };
type OpenPause = { from: string; until: string | null };

/** Who stands before a job while it waits, followed from change to change of the queue. */
const followBefore = (mine: QueueOrder, atFirst: readonly Open[], pauses: OpenPause[]) => {
  const before: Open[] = [...atFirst];
  const standing = new Map(before.map((job) => [job.ticket, job]));

  const leaves = (ticket: Position, until: string, why: Open['why']): void => {
    const job = standing.get(ticket);
    if (job === undefined) return;
    standing.delete(ticket);
    Object.assign(job, { until, why });
  };
  const joins = ({ recordedAt, event, ownerId }: TimelineRow, order: QueueOrder): void => {
    const { ticket, priority, round } = order;
    if (event.jobId === undefined || standing.has(ticket) || compareQueueOrder(order, mine) >= 0) return;
    const names = { jobId: event.jobId, ownerId: ownerId ?? nobody };
    const job: Open = { ...names, ticket, priority, round, from: recordedAt, until: null, why: null };
    before.push(job);
    standing.set(ticket, job);
  };
  const apply = (row: TimelineRow, change: QueueChange): void => {
    const { recordedAt } = row;
    switch (change.type) {
      case 'queued':
        joins(row, change.data);
        return;
      case 'left':
        leaves(change.data.ticket, recordedAt, change.data.why);
        return;
      case 'prioritized':
        if (compareQueueOrder(change.data, mine) >= 0) leaves(change.data.ticket, recordedAt, 'prioritized');
        joins(row, change.data);
        return;
      case 'paused':
        pauses.push({ from: recordedAt, until: null });
        return;
      case 'resumed': {
        const last = pauses.at(-1);
        if (last !== undefined) last.until ??= recordedAt;
      }
    }
  };
  return { before, apply };
};

/** When the log took the event at a position. */
const recordedAt = async (reader: DocumentReader, position: Position): Promise<string> =>
  (await reader.get<TimelineRow>(timeline.collection, position))?.recordedAt ?? '';

const before = (position: Position): Position => positionOf(BigInt(position) - 1n);

const readWait = async (
  reader: DocumentReader,
  { jobId }: JobSpans,
  span: QueueSpan,
  head: Position,
): Promise<Wait> => {
  const { from, until, ticket, priority, round } = span;
  const begun = await recordedAt(reader, from);
  const others = (await waitingAt(reader, from)).filter(
    (other) => other.jobId !== jobId && compareQueueOrder(other, span) < 0,
  );
  const since = await reader.getAll<TimelineRow>(
    timeline.collection,
    others.map((other) => other.from),
  );
  const atFirst = others.map((other): Open => {
    const { jobId: id, ownerId, ticket, priority, round } = other;
    const from = since.get(other.from)?.recordedAt ?? begun;
    return { jobId: id, ownerId, ticket, priority, round, from, until: null, why: null };
  });
  const pauses: OpenPause[] = [];
  const paused = await readLastRow(reader, { type: 'QueuePaused' }, from);
  const resumed = await readLastRow(reader, { type: 'QueueResumed' }, from);
  if (paused !== null && paused.position > (resumed?.position ?? startOfLog))
    pauses.push({ from: paused.recordedAt, until: null });
  const following = followBefore(span, atFirst, pauses);
  const rows = await readRows(reader, { movesQueue: true }, until === null ? head : before(until), from);
  for (const row of rows) {
    const change = row.jobId === jobId ? null : queueChange(row.event, nobody);
    if (change !== null) following.apply(row, change);
  }
  return {
    ...{ ticket, priority, round, from: begun, beforeAtFirst: atFirst.length, pauses },
    until: until === null ? null : await recordedAt(reader, until),
    before: following.before,
  };
};

/**
 * Each time that a job waited, with those that went before it: who stood there when it came, and who came
 * later and was put before it. It costs what happened to the queue meanwhile.
 */
export const readWaits = async (reader: DocumentReader, id: JobId): Promise<readonly Wait[]> => {
  const document = await reader.get<JobSpans>(waits.collection, id);
  const head = (await reader.checkpoint(checkpointName(timeline)))?.position ?? startOfLog;
  const found: Wait[] = [];
  for (const span of document?.spans ?? [])
    if (document !== null && span.status === 'waiting')
      found.push(await readWait(reader, document, span, head));
  return found;
};
