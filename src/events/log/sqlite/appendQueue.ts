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

/** A group of fewer is answered at once: half of it isn't worth a commit of its own. */
const fewestToHalve = 32;

type Answer = () => void;

const halvesOf = (answers: readonly Answer[]): (readonly Answer[])[] => {
  if (answers.length < fewestToHalve) return [answers];
  const middle = Math.ceil(answers.length / 2);
  return [answers.slice(0, middle), answers.slice(middle)];
};

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
 *
 * The answers to a group are handed out by halves, one in each turn of the loop, and what is appended on the
 * first half goes to the writer before the second is given. Else all would append at once again: this thread
 * would have nothing to do while the writer writes, nor the writer while this one decides.
 */
export const openAppendQueue = (send: SendGroup, lockPatience: number): AppendQueue => {
  const waiting: Waiting[] = [];
  const due: (readonly Answer[])[] = [];
  const whenDrained: (() => void)[] = [];
  let isWriting = false;
  let isTurnComing = false;

  const isDrained = (): boolean => waiting.length === 0 && due.length === 0 && !isWriting;

  const answerHalf = (): void => {
    for (const answer of due.shift() ?? []) answer();
    if (due.length > 0) comeToTurn();
    if (isDrained()) for (const resolve of whenDrained.splice(0)) resolve();
  };
  /** How each of the group is answered, once the writer is done with it. */
  const write = async (group: readonly Waiting[]): Promise<readonly Answer[]> => {
    const waited = performance.now() - (group[0]?.since ?? 0);
    const requests = group.map(({ request }) => request);
    try {
      const outcomes = await send(requests, Math.max(0, lockPatience - waited));
      return group.map((append, index) => () => {
        const outcome = outcomes[index];
        if (outcome !== undefined) settle(append, outcome);
      });
    } catch (error) {
      return group.map((append) => () => append.reject(error as Error));
    }
  };
  const writeNext = async (): Promise<void> => {
    isWriting = true;
    const answers = await write(takeGroup(waiting));
    isWriting = false;
    if (waiting.length > 0) comeToTurn();
    due.push(...halvesOf(answers));
    // Where others are being answered its turn comes after theirs.
    if (!isTurnComing) answerHalf();
  };
  const turn = (): void => {
    isTurnComing = false;
    if (!isWriting && waiting.length > 0) void writeNext();
    answerHalf();
  };
  /** A turn of the loop, so that those who append in this turn, or on the last answers, come along. */
  const comeToTurn = (): void => {
    if (isTurnComing) return;
    isTurnComing = true;
    setImmediate(turn);
  };

  return {
    append: (stream, expected, events) =>
      new Promise((resolve, reject) => {
        const encoded = encodeEvents(events);
        const characters = charactersOf(encoded);
        const request = requestOf(stream, expected, encoded);
        waiting.push({ request, stream, characters, since: performance.now(), resolve, reject });
        comeToTurn();
      }),
    drained: () =>
      new Promise((resolve) => {
        if (isDrained()) resolve();
        else whenDrained.push(resolve);
      }),
  };
};
