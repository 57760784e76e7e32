import { type Position, positionOf, startOfLog } from '../../events/ids.ts';
import type { DocumentReader } from '../documents/documentStore.ts';
import type { BlockTime, TimelineRow } from '../model.ts';
import { timeline } from '../timeline.ts';
import { blockId, smallestBlock, times, wholeLog } from '../times.ts';

const digits = 20;
/** Blocks within a block. */
const most = 1_000;

const rows = { collection: timeline.collection, where: {}, orderBy: 'position' } as const;

/** Position of the event directly before a position; `startOfLog` where there is none. */
const lastBefore = async (reader: DocumentReader, after: Position): Promise<Position> => {
  const [last] = await reader.query<TimelineRow>({ ...rows, direction: 'descending', after, limit: 1 });
  return last?.position ?? startOfLog;
};

const afterAll = '9'.repeat(digits) as Position;

/** The first event of the block that the log took after the time. */
const firstEventAfter = async (
  reader: DocumentReader,
  block: string,
  time: string,
): Promise<Position | null> => {
  const first = BigInt(block.padEnd(digits, '0'));
  const found = await reader.query<TimelineRow>({
    ...{ ...rows, direction: 'ascending', limit: most },
    // No event has the position 0.
    ...(first === 0n ? {} : { after: positionOf(first - 1n) }),
    until: block.padEnd(digits, '9'),
  });
  return found.find(({ recordedAt }) => recordedAt > time)?.position ?? null;
};

/**
 * The first event that the log took after the time, found from the largest block down: the first block
 * whose latest time is after it holds it. Every event before that one is of the time or earlier.
 */
const firstAfter = async (reader: DocumentReader, block: string, time: string): Promise<Position | null> => {
  if (block.length === smallestBlock) return firstEventAfter(reader, block, time);
  const parts = await reader.query<BlockTime>({
    ...{ collection: times.collection, where: { within: block } },
    ...{ orderBy: 'block', direction: 'ascending', limit: most },
  });
  const first = parts.find(({ latest }) => latest > time);
  return first === undefined ? null : firstAfter(reader, first.block, time);
};

/**
 * The last position whose recorded time, made monotone by its running maximum, is not later than `time`:
 * the one before the first event that was recorded after it.
 */
export const positionAt = async (reader: DocumentReader, time: string): Promise<Position> => {
  const whole = await reader.get<BlockTime>(times.collection, blockId(wholeLog));
  if (whole === null || whole.latest <= time) return lastBefore(reader, afterAll);
  const first = await firstAfter(reader, wholeLog, time);
  return lastBefore(reader, first ?? afterAll);
};
