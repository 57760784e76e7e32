import type { Event } from '../events/catalogue.ts';
import type { PastEvent, Wait } from '../projections/past.ts';
import { sentenceOf } from '../projections/sentences.ts';

/** One cause, and what came of it. */
export interface Cause {
  readonly sentence: string;
  readonly at: string;
  /** Address of whoever did it, where it is known. */
  readonly from: string | null;
  readonly because: readonly Cause[];
}

type Growing = Omit<Cause, 'because'> & { readonly because: Growing[] };

const secondsBetween = (from: string, until: string): number => (Date.parse(until) - Date.parse(from)) / 1000;

/** `2 min 5 s` */
export const spanInWords = (from: string, until: string): string => {
  const seconds = secondsBetween(from, until);
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
};

const howMany = (number: number, one: string, many: string): string =>
  number === 1 ? `one ${one}` : `${number === 0 ? 'no' : number} ${many}`;

/** Why a job waited as long as it did, one sentence a time that it waited. */
export const waitSentence = ({ from, until, beforeAtFirst, before, pauses }: Wait): string => {
  const long = until === null ? 'It waits still' : `It waited ${spanInWords(from, until)}`;
  const overtaking = before.length - beforeAtFirst;
  const overtaken = overtaking === 0 ? '' : `, and ${howMany(overtaking, 'was', 'were')} put before it later`;
  const paused =
    pauses.length === 0 ? '' : `; the queue stood still ${howMany(pauses.length, 'time', 'times')}`;
  return `${long}: ${howMany(beforeAtFirst, 'job', 'jobs')} went before it${overtaken}${paused}.`;
};

const attemptOf = ({ data }: Event): number | null =>
  typeof data === 'object' && 'attempt' in data && typeof data.attempt === 'number' ? data.attempt : null;

const isTold = ({ type }: Event): boolean => type !== 'JobProgressed';

const nodeOf = ({ event, recordedAt, origin }: PastEvent): Growing => ({
  sentence: `${event.actor.name} ${sentenceOf(event)}.`,
  at: recordedAt,
  from: origin === null || origin.address === '' ? null : origin.address,
  because: [],
});

/** How far an attempt came, where it drew at all. */
const progressOf = (events: readonly PastEvent[], attempt: number): Growing[] => {
  const steps = events.flatMap(({ event, recordedAt }) =>
    event.type === 'JobProgressed' && event.data.attempt === attempt ? [{ event, recordedAt }] : [],
  );
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return [];
  const { step, steps: all } = last.event.data;
  const sentence = `It drew up to step ${step} of ${all}, within ${spanInWords(first.recordedAt, last.recordedAt)}.`;
  return [{ sentence, at: last.recordedAt, from: null, because: [] }];
};

/**
 * Why a job is as it is, as a tree of causes: the message asked for it, so it was queued, so it waited, so
 * it was begun, and so each attempt came to its end. `events` are all of the job's, in order. What acted by
 * itself names the event that made it act; what a person did, and what was written before events named each
 * other, comes under what it was about.
 */
export const explainJob = (events: readonly PastEvent[], waits: readonly Wait[]): Cause | null => {
  let root: Growing | null = null;
  let queued: Growing | null = null;
  let attempt: Growing | null = null;
  const attempts = new Map<number, Growing>();
  const nodes = new Map<string, Growing>();
  const waiting = [...waits];
  for (const past of events) {
    const { event } = past;
    const number = attemptOf(event);
    const ofAttempt = number === null ? undefined : attempts.get(number);
    if (!isTold(event)) {
      // What a step led to is told of the attempt that drew it.
      const drawing = ofAttempt ?? attempt;
      if (drawing !== null) nodes.set(past.eventId, drawing);
      continue;
    }
    const node = nodeOf(past);
    nodes.set(past.eventId, node);
    const about: Growing | null =
      event.type === 'JobStarted' ? (queued ?? root) : (ofAttempt ?? attempt ?? queued ?? root);
    const under = nodes.get(past.causationId) ?? about;
    if (under === null) root = node;
    else under.because.push(node);
    if (event.type === 'JobQueued') queued = node;
    if (event.type === 'JobStarted') {
      attempt = node;
      attempts.set(event.data.attempt, node);
      node.because.push(...progressOf(events, event.data.attempt));
    }
    if (event.type === 'JobRequeued') attempt = null;
    const isWaiting = event.type === 'JobQueued' || event.type === 'JobRequeued';
    const wait = isWaiting ? waiting.shift() : undefined;
    if (wait !== undefined)
      node.because.push({ sentence: waitSentence(wait), at: wait.from, from: null, because: [] });
    root ??= node;
  }
  return root;
};

/** The tree as lines, each a step further in than what caused it. */
export const causeLines = ({ sentence, at, from, because }: Cause, depth = 0): string[] => [
  `${'   '.repeat(depth)}${depth === 0 ? '' : '└─ '}${sentence}  [${at}${from === null ? '' : `, from ${from}`}]`,
  ...because.flatMap((cause) => causeLines(cause, depth + 1)),
];
