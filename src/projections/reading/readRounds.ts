import type { UserId } from '../../events/ids.ts';
import type { DocumentReader } from '../documents/documentStore.ts';
import type { BegunRound, QueueEntry } from '../model.ts';
import { endOfPriority } from '../places.ts';
import { queue } from '../queue.ts';
import { rounds, roundsId } from '../rounds.ts';

/** How far the rounds of the fair share have come at a priority, and how far one person's pictures. */
export interface Rounds {
  /** Highest in which a picture was begun; 0 before the first. */
  readonly begun: number;
  /** Highest of the person's pictures that wait or were begun; null where there are none. */
  readonly own: number | null;
}

/**
 * In which round a person's next picture takes its turn: at once where the rounds have come to, but a round
 * after their last one. This is start-time fair queueing (Goyal, Vin and Cheng: "Start-time Fair
 * Queueing: A Scheduling Algorithm for Integrated Services Packet Switching Networks", SIGCOMM 1996)
 * with a picture for a packet, all of one length: the round is the start tag, and how far the rounds have
 * come is the virtual time. While a picture waits nobody else has more than one picture more begun than its
 * owner has, it included, however many they asked for and however long before.
 */
export const nextRound = ({ begun, own }: Rounds): number => Math.max(begun, own === null ? 0 : own + 1);

const highestBegun = async (reader: DocumentReader, priority: number): Promise<number> => {
  const [furthest] = await reader.query<BegunRound>({
    ...{ collection: rounds.collection, where: { priority } },
    ...{ orderBy: 'roundKey', direction: 'descending', limit: 1 },
  });
  return furthest?.round ?? 0;
};

const lastWaiting = async (
  reader: DocumentReader,
  ownerId: UserId,
  priority: number,
): Promise<QueueEntry | null> => {
  const [last] = await reader.query<QueueEntry>({
    ...{ collection: queue.collection, where: { ownerId, status: 'waiting' } },
    ...{ orderBy: 'orderKey', direction: 'descending', after: endOfPriority(priority), limit: 1 },
  });
  return last?.priority === priority ? last : null;
};

/** As the documents have it: at each priority the rounds are counted for themselves. */
export const readRounds = async (
  reader: DocumentReader,
  ownerId: UserId,
  priority: number,
): Promise<Rounds> => {
  const [begun, last, own] = await Promise.all([
    highestBegun(reader, priority),
    lastWaiting(reader, ownerId, priority),
    reader.get(rounds.collection, roundsId(priority, ownerId)),
  ]);
  if (last === null && own === null) return { begun, own: null };
  return { begun, own: Math.max(last?.round ?? 0, own?.round ?? 0) };
};
