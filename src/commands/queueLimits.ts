import type { UserId } from '../events/ids.ts';
import { DomainError } from './errors.ts';

/** How many pictures may wait; 0: any number. */
export interface QueueLimits {
  readonly waitingPerPerson: number;
  /** Of all people. */
  readonly length: number;
}

/** How many pictures wait. */
export interface Crowd {
  readonly ofPerson: number;
  readonly all: number;
}

export type QueueRefusal = 'quota_exceeded' | 'queue_full';

/** Why one more may not join those that wait; null where it may. Nothing that waits is ever sent away for it. */
export const refusalOf = ({ waitingPerPerson, length }: QueueLimits, crowd: Crowd): QueueRefusal | null => {
  if (waitingPerPerson > 0 && crowd.ofPerson >= waitingPerPerson) return 'quota_exceeded';
  return length > 0 && crowd.all >= length ? 'queue_full' : null;
};

const pictures = (count: number): string =>
  `${count.toLocaleString('en')} ${count === 1 ? 'picture' : 'pictures'}`;

/** @throws DomainError where one more may not join those that wait */
export const permitOneMore = (limits: QueueLimits, crowd: Crowd): void => {
  switch (refusalOf(limits, crowd)) {
    case 'quota_exceeded':
      throw new DomainError(
        'quota_exceeded',
        `You have ${pictures(crowd.ofPerson)} waiting, and may have ${limits.waitingPerPerson.toLocaleString('en')}. Wait until one of them is begun, or cancel one, then try again.`,
      );
    case 'queue_full':
      throw new DomainError(
        'queue_full',
        `The queue is full: ${pictures(crowd.all)} wait already. Try again in a few minutes.`,
      );
    case null:
  }
};

/**
 * The door to the queue, as the process knows it that a person asks. It refuses before anything happens;
 * what comes past it in the same instant is decided by the queueing process, one by one. A retry is
 * queued at once, so for that the door waits until it knows all that has happened (`catchUp`).
 */
export interface QueueDoor {
  catchUp(): Promise<void>;
  /** @throws DomainError where no more of this person's pictures may wait */
  permitOneMore(owner: UserId): Promise<void>;
  /** In which round of the fair share a picture queued now takes its turn; 0 where turns aren't shared. */
  roundFor(owner: UserId, priority: number): Promise<number>;
}

/** Lets everyone in. */
export const openDoor: QueueDoor = {
  catchUp: async () => undefined,
  permitOneMore: async () => undefined,
  roundFor: async () => 0,
};
