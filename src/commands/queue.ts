import { type QueueEvent, queueEvents } from '../events/queue.ts';
import type { Decider } from './decider.ts';

/** The queue of pictures. While it is paused nothing new is begun; what runs is finished. */
export interface QueueState {
  readonly status: 'running' | 'paused';
}

export interface QueueCommand {
  readonly type: 'pause' | 'resume';
}

type Rule = { readonly from: QueueState['status']; readonly fact: QueueEvent };

const rules: { readonly [Type in QueueCommand['type']]: Rule } = {
  pause: { from: 'running', fact: { type: 'QueuePaused', data: {} } },
  resume: { from: 'paused', fact: { type: 'QueueResumed', data: {} } },
};

const statusAfter: { readonly [Type in QueueEvent['type']]: QueueState } = {
  QueuePaused: { status: 'paused' },
  QueueResumed: { status: 'running' },
};

const isQueueType = (type: string): type is QueueEvent['type'] => Object.hasOwn(queueEvents, type);

export const queueDecider: Decider<QueueState, QueueCommand, QueueEvent> = {
  initial: { status: 'running' },
  evolve: (queue, { type }) => (isQueueType(type) ? statusAfter[type] : queue),
  decide: ({ type }, queue) => (queue.status === rules[type].from ? [rules[type].fact] : []),
  subjectOf: () => ({}),
};
