import { setImmediate as nextTurn } from 'node:timers/promises';
import { positionOf } from '../../ids.ts';
import type { StreamName } from '../../streams.ts';
import { charactersOf, type EncodedEvent, encodeEvents } from '../encodeEvents.ts';
import { type Appended, type ExpectedRevision, type NewEvent, WrongExpectedRevision } from '../eventLog.ts';
import { type AppendOutcome, type AppendRequest, fieldsPerEvent } from './appendGroup.ts';
import { EventIdTaken } from './errors.ts';

/** Sends a group to the writer; patience in milliseconds. */
export type SendGroup = (
  appends: readonly AppendRequest[],
  patience: number,
) => Promise<readonly AppendOutcome[]>;

export interface AppendQueue {
  append(stream: StreamName, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended>;
  /** Resolves when everything that waited has been answered. */
  drained(): Promise<void>;
}

/** Of one group. They bound what one failure undoes, and how long the writer is busy with one group. */
const mostEvents = 1_000;
const mostCharacters = 4 * 1024 * 1024;

interface Waiting {
  readonly request: AppendRequest;
  readonly stream: StreamName;
  readonly characters: number;
  readonly since: number;
  resolve(appended: Appended): void;
  reject(error: Error): void;
}

const requestOf = (
  stream: StreamName,
  expected: ExpectedRevision,
  events: readonly EncodedEvent[],
): AppendRequest => {
  const fields: string[] = [];
  for (const { id, type, data, metadata } of events) fields.push(id, type, data, metadata);
  return { stream, expected, events: fields };
};

const settle = ({ request, stream, resolve, reject }: Waiting, outcome: AppendOutcome): void => {
  switch (outcome.kind) {
    case 'appended':
      resolve({ revision: outcome.revision, position: positionOf(outcome.position) });
      break;
    case 'conflict':
      reject(new WrongExpectedRevision(stream, request.expected, outcome.actual));
      break;
    case 'idTaken':
      reject(new EventIdTaken(outcome.id));
      break;
  }
};

/** Takes a group from the front: at least one append, and no more than the bounds allow. */
const takeGroup = (waiting: Waiting[]): Waiting[] => {
  let events = 0;
  let characters = 0;
  const tooMany = waiting.findIndex(({ request, characters: more }, index) => {
    events += request.events.length / fieldsPerEvent;
    characters += more;
    return index > 0 && (events > mostEvents || characters > mostCharacters);
  });
  return waiting.splice(0, tooMany === -1 ? waiting.length : tooMany);
};

/**
 * Appends wait here while the writer commits a group; what gathers meanwhile is the next group. So with
 * one append at a time nothing waits, and with a hundred at a time they share one wait for the disk.
 */
export const openAppendQueue = (send: SendGroup, lockPatience: number): AppendQueue => {
  const waiting: Waiting[] = [];
  let sending: Promise<void> | undefined;

  const sendGroup = async (group: readonly Waiting[]): Promise<void> => {
    const waited = performance.now() - (group[0]?.since ?? 0);
    try {
      const outcomes = await send(
        group.map(({ request }) => request),
        Math.max(0, lockPatience - waited),
      );
      group.forEach((append, index) => {
        const outcome = outcomes[index];
        if (outcome !== undefined) settle(append, outcome);
      });
    } catch (error) {
      for (const { reject } of group) reject(error as Error);
    }
  };
  const sendAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      // A turn of the loop, so that those who append in this turn, or on the last answers, come along.
      await nextTurn();
      await sendGroup(takeGroup(waiting));
    }
    sending = undefined;
  };

  return {
    append: (stream, expected, events) =>
      new Promise((resolve, reject) => {
        const encoded = encodeEvents(events);
        const characters = charactersOf(encoded);
        const request = requestOf(stream, expected, encoded);
        waiting.push({ request, stream, characters, since: performance.now(), resolve, reject });
        sending ??= sendAll();
      }),
    drained: async () => {
      await sending;
    },
  };
};
