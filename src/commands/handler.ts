import { setTimeout } from 'node:timers/promises';
import type { z } from 'zod';
import { catalogue, type DomainEvent, type DomainFact, decode } from '../events/catalogue.ts';
import type { CommandId, EventId, Position } from '../events/ids.ts';
import type { JsonObject } from '../events/json.ts';
import {
  type Appended,
  type EventLog,
  EventLogUnavailable,
  type NewEvent,
  WrongExpectedRevision,
} from '../events/log/eventLog.ts';
import {
  type Actor,
  type EventMetadata,
  eventMetadata,
  type Origin,
  type Subject,
} from '../events/metadata.ts';
import type { StreamName } from '../events/streams.ts';
import type { Decider, Happened } from './decider.ts';
import { eventIdOf } from './derivedIds.ts';
import { DomainError, InvalidInput } from './errors.ts';
import { inTurn } from './turns.ts';

/** Who lets something happen, and under which ids it goes into the log. */
export interface Cause {
  readonly actor: Actor;
  /** The same for a repetition: what has happened under it is not decided again. */
  readonly commandId: CommandId;
  /** Null: the request that the stream began with, for whoever goes on with what a person asked for. */
  readonly correlationId: string | null;
  /** Parts of the subject that the stream itself doesn't tell. */
  readonly subject?: Subject;
  /** From where a person's command came. */
  readonly origin?: Origin | undefined;
  /** Of what acts by itself: the event that made it act; `last`: that of the stream which it was decided on. */
  readonly because?: EventId | 'last';
}

/** A stream's state, and where it stands. `revision` is null where there is no stream. */
export interface Loaded<State> {
  readonly state: State;
  readonly revision: number | null;
  /** Of the stream's last event; null where there is none. */
  readonly position: Position | null;
  /** Of its first event: the request that began it all; null where there is none. */
  readonly correlationId: string | null;
  /** Ids of its first event and of its last; null where there is none. */
  readonly firstId: EventId | null;
  readonly lastId: EventId | null;
}

export interface Handled<State> {
  /** What it was decided on. */
  readonly state: State;
  /** What happened under this command id, now or when it was first given. */
  readonly facts: readonly DomainFact[];
  /** Up to where a reader has to have come to see it. */
  readonly position: Position;
  /** The stream after it, where the append tells that without another look. */
  readonly after?: Loaded<State>;
}

/** What handling needs of the world. */
export interface Handling {
  readonly log: EventLog;
  readonly now: () => Date;
  /** Lets some time pass before the next try; tests let none pass. */
  readonly pause?: ((tries: number) => Promise<unknown>) | undefined;
}

/** How often it is decided again, after others came first. */
const mostTries = 20;

const longestPause = 100;

/** At random and longer each time, else processes that came second together come together again. */
const pauseAtRandom = (tries: number) => setTimeout(Math.random() * Math.min(2 ** tries, longestPause));

type Folding<State> = Pick<Decider<State, never, never>, 'initial' | 'evolve'>;

interface History<State> extends Loaded<State> {
  readonly own: Own<State> | null;
}

/** What has happened under the command id already, and the state that it was decided on. */
interface Own<State> {
  readonly state: State;
  readonly facts: readonly DomainEvent[];
  readonly position: Position;
}

const read = async <State>(
  log: EventLog,
  stream: StreamName,
  { initial, evolve }: Folding<State>,
  commandId?: CommandId,
): Promise<History<State>> => {
  let state = initial;
  let revision: number | null = null;
  let position: Position | null = null;
  let correlationId: string | null = null;
  let firstId: EventId | null = null;
  let lastId: EventId | null = null;
  let own: Own<State> | null = null;
  // Of what acts by itself the causation is another's event; its ids are made of the command's all the same.
  let ownId = commandId === undefined ? null : eventIdOf(commandId, stream, 0);
  for await (const recorded of log.readStream(stream)) {
    ({ revision, position } = recorded);
    correlationId ??= recorded.metadata.correlationId;
    firstId ??= recorded.id;
    lastId = recorded.id;
    const event = decode(recorded);
    if (event === null) continue;
    if (commandId !== undefined && (event.id === ownId || event.causationId === commandId)) {
      const before: Pick<Own<State>, 'state' | 'facts'> = own ?? { state, facts: [] };
      own = { state: before.state, facts: [...before.facts, event], position };
      ownId = eventIdOf(commandId, stream, own.facts.length);
    }
    state = evolve(state, event);
  }
  return { state, revision, position, correlationId, firstId, lastId, own };
};

/** The state of a stream that nobody has begun. */
export const notBegun = <State>({ initial }: Folding<State>): Loaded<State> => ({
  state: initial,
  revision: null,
  position: null,
  correlationId: null,
  firstId: null,
  lastId: null,
});

/** The state of a stream as the log has it now. */
export const load = async <State>(
  log: EventLog,
  stream: StreamName,
  decider: Folding<State>,
): Promise<Loaded<State>> => {
  const { own: _, ...loaded } = await read(log, stream, decider);
  return loaded;
};

/** @throws InvalidInput where the value isn't what the schema says: nothing else gets into the log. */
const valid = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new InvalidInput(result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
};

/** A cause whose ids are known, now that the stream is. */
type Caused = Pick<Cause, 'actor' | 'commandId' | 'origin'> &
  Pick<EventMetadata, 'correlationId' | 'causationId'>;

const newEvents = (
  facts: readonly DomainFact[],
  stream: StreamName,
  subject: Subject,
  { actor, commandId, correlationId, causationId, origin }: Caused,
  now: Date,
): NewEvent[] =>
  facts.map(({ type, data }, index) => ({
    id: eventIdOf(commandId, stream, index),
    type,
    data: valid(catalogue[type].data, data) as JsonObject,
    metadata: valid(eventMetadata, {
      actor,
      correlationId,
      causationId,
      ...(origin === undefined ? {} : { origin }),
      at: now.toISOString(),
      schema: catalogue[type].version,
      subject,
    }),
  }));

/** The stream after its one next event; of several appended at once the log tells the last's position only. */
const streamAfter = <State>(
  { evolve }: Folding<State>,
  { state, revision: before, correlationId, firstId }: Loaded<State>,
  [fact, ...more]: readonly DomainFact[],
  [written]: readonly NewEvent[],
  { revision, position }: Appended,
): Pick<Handled<State>, 'after'> => {
  if (fact === undefined || written === undefined || more.length > 0) return {};
  // Not the next where it had been appended before, and others came after it.
  if (revision !== (before ?? -1) + 1) return {};
  const { schema, at, actor, subject, causationId, correlationId: begunBy } = written.metadata;
  // Written out in this order: a literal that begins with a spread took 6 µs, this one takes 0.2.
  const { type, data } = fact;
  const event = { type, data, position, schema, at, actor, revision, causationId, ...subject } as Happened;
  const ids = { correlationId: correlationId ?? begunBy, firstId: firstId ?? written.id, lastId: written.id };
  return { after: { state: evolve(state, event), revision, position, ...ids } };
};

/** How the caller believes that a stream stands; null where it doesn't know. Asked when the command's turn has come. */
export type Recall<State> = () => Loaded<State> | null;

/** The five steps of `handle`, repeated. */
const tryToHandle = async <State, Command, Fact extends DomainFact>(
  { log, now, pause = pauseAtRandom }: Handling,
  decider: Decider<State, Command, Fact>,
  stream: StreamName,
  command: Command,
  cause: Cause,
  permit: (state: State) => unknown,
  recall: Recall<State>,
): Promise<Handled<State>> => {
  const decide = async (state: State): Promise<readonly Fact[]> => {
    await permit(state);
    return decider.decide(command, state);
  };
  let answersLost = 0;
  let believed = recall();
  for (let tries = 0; tries < mostTries; tries += 1) {
    const isBelieved = believed !== null;
    const loaded: History<State> =
      believed === null
        ? await read(log, stream, decider, cause.commandId)
        : Object.assign({ own: null }, believed);
    believed = null;
    const { state, revision, position, correlationId, own } = loaded;
    if (own !== null) return own;
    const facts = await (isBelieved ? decide(state).catch(nothingIfRefused) : decide(state));
    if (facts.length === 0 && isBelieved) continue;
    if (facts.length === 0) return { state, facts, position: position ?? (await log.head()) };
    const subject = { ...cause.subject, ...decider.subjectOf(facts, state) };
    const begunBy = cause.correlationId ?? correlationId ?? cause.commandId;
    const because = cause.because === 'last' ? loaded.lastId : cause.because;
    const caused = { ...cause, correlationId: begunBy, causationId: because ?? cause.commandId };
    const events = newEvents(facts, stream, subject, caused, now());
    try {
      const appended = await log.append(stream, revision ?? 'no_stream', events);
      // It had happened already, and not where it is believed that the stream ends.
      if (isBelieved && appended.revision !== (revision ?? -1) + facts.length) continue;
      return {
        state,
        facts,
        position: appended.position,
        ...streamAfter(decider, loaded, facts, events, appended),
      };
    } catch (error) {
      // Once more: the look for what has happened already tells whether the first was written.
      if (error instanceof EventLogUnavailable && answersLost++ === 0) continue;
      if (!(error instanceof WrongExpectedRevision)) throw error;
      await pause(tries);
    }
  }
  throw new DomainError('too_many_conflicts', 'Others kept changing this at the same time; try again.');
};

/** What is only believed refuses nothing: who would be refused by it is decided again on what is there. */
const nothingIfRefused = (error: unknown): readonly never[] => {
  if (error instanceof DomainError) return [];
  throw error;
};

const permitAll = (): void => undefined;

/**
 * Handles one command in five steps: load, fold, decide, append at the revision that was read, return.
 * Who comes second in the log does all five again on what is there now. An append whose answer was lost
 * is repeated with the same event ids, which is harmless.
 *
 * `permit` throws where this may not be done to what was read; rules across streams are looked up there.
 * It is asked at each try, for what is permitted may change too, but not about what has happened already:
 * a repetition gets the first answer, whatever has changed since.
 * @throws DomainError, InvalidInput, EventLogUnavailable
 */
export const handle = <State, Command, Fact extends DomainFact>(
  handling: Handling,
  decider: Decider<State, Command, Fact>,
  stream: StreamName,
  command: Command,
  cause: Cause,
  permit: (state: State) => unknown = permitAll,
): Promise<Handled<State>> => handleKnowing(handling, decider, stream, command, cause, () => null, permit);

/**
 * The same where the caller may know how the stream stands: then it is decided on that first, without a look.
 * Only an append at the believed revision proves the belief. All else looks at what is there and decides on
 * that: a conflict, a refusal, nothing to do. A job's seven events cost ten reads without it, and two with it.
 *
 * What has happened already under the command's id is not looked for where the append succeeds. So it is for
 * commands that nobody repeats, or whose repetition makes the same events at the same revision: the log
 * answers that as it answered the first.
 */
export const handleKnowing = <State, Command, Fact extends DomainFact>(
  handling: Handling,
  decider: Decider<State, Command, Fact>,
  stream: StreamName,
  command: Command,
  cause: Cause,
  recall: Recall<State>,
  permit: (state: State) => unknown = permitAll,
): Promise<Handled<State>> =>
  inTurn(handling.log, stream, () => tryToHandle(handling, decider, stream, command, cause, permit, recall));
