import { catalogue, type DomainEvent, type DomainFact, decode } from '../events/catalogue.ts';
import type { CommandId, Position } from '../events/ids.ts';
import type { JsonObject } from '../events/json.ts';
import {
  type EventLog,
  EventLogUnavailable,
  type NewEvent,
  WrongExpectedRevision,
} from '../events/log/eventLog.ts';
import type { Actor, Subject } from '../events/metadata.ts';
import type { StreamName } from '../events/streams.ts';
import type { Decider } from './decider.ts';
import { eventIdOf } from './derivedIds.ts';
import { DomainError, InvalidInput } from './errors.ts';

/** Who lets something happen, and under which ids it goes into the log. */
export interface Cause {
  readonly actor: Actor;
  /** The same for a repetition: what has happened under it is not decided again. */
  readonly commandId: CommandId;
  readonly correlationId: string;
  /** Parts of the subject that the stream itself doesn't tell. */
  readonly subject?: Subject;
}

/** A stream's state, and where it stands. `revision` is null where there is no stream. */
export interface Loaded<State> {
  readonly state: State;
  readonly revision: number | null;
  /** Of the stream's last event; null where there is none. */
  readonly position: Position | null;
}

export interface Handled<State> extends Loaded<State> {
  /** What happened under this command id, now or when it was first given. */
  readonly facts: readonly DomainFact[];
  /** Up to where a reader has to have come to see it. */
  readonly position: Position;
}

/** How often it is decided again, after others came first. */
const mostTries = 20;

interface History<State> extends Loaded<State> {
  readonly events: readonly DomainEvent[];
}

const read = async <State>(
  log: EventLog,
  stream: StreamName,
  decider: Pick<Decider<State, never, never>, 'initial' | 'evolve'>,
): Promise<History<State>> => {
  let state = decider.initial;
  let revision: number | null = null;
  let position: Position | null = null;
  const events: DomainEvent[] = [];
  for await (const recorded of log.readStream(stream)) {
    const event = decode(recorded);
    ({ revision, position } = recorded);
    if (event === null) continue;
    events.push(event);
    state = decider.evolve(state, event);
  }
  return { state, revision, position, events };
};

/** The state of a stream as the log has it now. */
export const load = async <State>(
  log: EventLog,
  stream: StreamName,
  decider: Pick<Decider<State, never, never>, 'initial' | 'evolve'>,
): Promise<Loaded<State>> => {
  const { state, revision, position } = await read(log, stream, decider);
  return { state, revision, position };
};

/** @throws InvalidInput where the data isn't what the event's schema says: nothing else gets into the log. */
const validData = (fact: DomainFact): JsonObject => {
  const result = catalogue[fact.type].data.safeParse(fact.data);
  if (result.success) return result.data as JsonObject;
  throw new InvalidInput(result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
};

const newEvents = (
  facts: readonly DomainFact[],
  stream: StreamName,
  subject: Subject,
  { actor, commandId, correlationId }: Cause,
  now: Date,
): NewEvent[] =>
  facts.map((fact, index) => ({
    id: eventIdOf(commandId, stream, index),
    type: fact.type,
    data: validData(fact),
    metadata: {
      actor,
      correlationId,
      causationId: commandId,
      at: now.toISOString(),
      schema: catalogue[fact.type].version,
      subject,
    },
  }));

/**
 * Handles one command in five steps: load, fold, decide, append at the revision that was read, return.
 * Who comes second in the log does all five again on what is there now. An append whose answer was lost
 * is repeated with the same event ids, which is harmless. `permit` throws where this may not be done to
 * what was read; it is asked at each try, for what is permitted may change too.
 * @throws DomainError, InvalidInput, EventLogUnavailable
 */
export const handle = async <State, Command, Fact extends DomainFact>(
  { log, now }: { readonly log: EventLog; readonly now: () => Date },
  decider: Decider<State, Command, Fact>,
  stream: StreamName,
  command: Command,
  cause: Cause,
  permit: (state: State) => void = () => undefined,
): Promise<Handled<State>> => {
  let answersLost = 0;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { state, revision, position, events } = await read(log, stream, decider);
    const before = events.filter(({ causationId }) => causationId === cause.commandId);
    const last = before.at(-1);
    if (last !== undefined) return { state, revision, position: last.position, facts: before };
    permit(state);
    const facts = decider.decide(command, state);
    if (facts.length === 0) return { state, revision, position: position ?? (await log.head()), facts };
    const subject = { ...cause.subject, ...decider.subjectOf(facts, state) };
    try {
      const appended = await log.append(
        stream,
        revision ?? 'no_stream',
        newEvents(facts, stream, subject, cause, now()),
      );
      return { state, ...appended, facts };
    } catch (error) {
      if (error instanceof WrongExpectedRevision) continue;
      // Once more: the look for what has happened already tells whether the first was written.
      if (error instanceof EventLogUnavailable && answersLost++ === 0) continue;
      throw error;
    }
  }
  throw new DomainError('too_many_conflicts', 'Others kept changing this at the same time; try again.');
};
