import type { DomainEvent } from '../events/catalogue.ts';
import type { Position } from '../events/ids.ts';
import { blocksBetween } from './blocks.ts';
import type { JobSpans, QueueEntry, QueueSpan } from './model.ts';
import { projection } from './projection.ts';
import { foldEntry, queue } from './queue.ts';

/** A block as it is indexed: apart for those that wait and those that are drawn. */
export const blockOf = (status: QueueEntry['status'], block: string): string => `${status} ${block}`;

const isSamePlace = (one: QueueEntry | null, other: QueueEntry | null): boolean =>
  one?.status === other?.status && one?.orderKey === other?.orderKey;

const spanOf = ({ status, ticket, priority, round }: QueueEntry, from: Position): QueueSpan => ({
  status,
  from,
  until: null,
  ticket,
  priority,
  round,
});

/** The span of a list that lasts; there is at most one, the last. */
const lasting = (spans: readonly QueueSpan[]): QueueSpan | null => {
  const last = spans.at(-1);
  return last?.until === null ? last : null;
};

const closed = (spans: readonly QueueSpan[], until: Position): readonly QueueSpan[] =>
  spans.map((span) => (span.until === null ? { ...span, until } : span));

const foldSpans = (document: JobSpans | null, event: DomainEvent): JobSpans | null => {
  const { position } = event;
  if (document !== null && position <= document.position) return document;
  const before = document?.entry ?? null;
  const entry = foldEntry(before, event);
  if (isSamePlace(before, entry)) return document;
  const job = document ?? entry;
  if (job === null) return null;
  const { jobId, ownerId } = job;
  const ended = lasting(document?.spans ?? []);
  const spans = [
    ...closed(document?.spans ?? [], position),
    ...(entry === null ? [] : [spanOf(entry, position)]),
  ];
  const newBlocks =
    ended === null ? [] : blocksBetween(ended.from, position).map((block) => blockOf(ended.status, block));
  return {
    jobId,
    ownerId,
    entry,
    spans,
    position,
    blocks: [...(document?.blocks ?? []), ...newBlocks],
    waitingSince: entry?.status === 'waiting' ? position : null,
    runningSince: entry?.status === 'running' ? position : null,
  };
};

/**
 * When each job waited and was drawn, and at which place in the order: the queue as it was at any
 * position. It follows the queue's own reducer, so both say the same at every moment.
 */
export const waits = projection<JobSpans>({
  name: 'waits',
  version: 1,
  indexes: [['blocks', 'jobId'], ['waitingSince'], ['runningSince']],
  lists: ['blocks'],
  keys: queue.keys,
  apply: foldSpans,
});
