import type { DomainFact, Event, PrivateEnvelope } from '../events/catalogue.ts';
import type { Subject } from '../events/metadata.ts';

/** What a decider sees of an event: what it can know of its own before the log has told when it took it. */
export type Happened<Fact extends DomainFact = DomainFact> = Event<Fact> &
  Pick<PrivateEnvelope, 'causationId'>;

/** What may happen in one stream, as three pure things; the handler does the rest. */
export interface Decider<State, Command, Fact extends DomainFact> {
  /** Of a stream without events. */
  readonly initial: State;
  /** Total: never throws, and passes over what it doesn't know. */
  readonly evolve: (state: State, event: Happened) => State;
  /**
   * `[]` where it is so already, or where the world has moved on and there is nothing left to say.
   * @throws DomainError where a rule is broken
   */
  readonly decide: (command: Command, state: State) => readonly Fact[];
  /** Whom these facts concern; parts that neither the state nor the facts know are left out. */
  readonly subjectOf: (facts: readonly Fact[], state: State) => Subject;
}
