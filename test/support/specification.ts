import { expect } from 'vitest';
import type { Decider } from '../../src/commands/decider.ts';
import { DomainError, type DomainErrorCode } from '../../src/commands/errors.ts';
import type { DomainFact } from '../../src/events/catalogue.ts';
import type { StreamName } from '../../src/events/streams.ts';
import { openHistory } from './happened.ts';

/** What a command leads to: what happens, nothing at all, or the rule that it breaks. */
export type Outcome<Fact> = readonly Fact[] | DomainErrorCode;

/**
 * The rules of one decider, said as they are specified: `given([queued()]).when(cancel).then([cancelled()])`.
 * The n-th event that is given stands at position n of the log and happened n seconds into the year.
 */
export const specificationOf =
  <State, Command, Fact extends DomainFact>(decider: Decider<State, Command, Fact>, stream: StreamName) =>
  /** Each list is what one command appended. */
  (...commands: readonly (readonly Fact[])[]) => {
    const history = openHistory();
    let state = decider.initial;
    commands.forEach((facts, index) => {
      for (const fact of facts)
        state = decider.evolve(state, history.happens(stream, fact, { causationId: `command ${index}` }));
    });
    return {
      state,
      when(command: Command) {
        const decide = (): readonly Fact[] | unknown => {
          try {
            return decider.decide(command, state);
          } catch (error) {
            return error;
          }
        };
        const then = (facts: readonly Fact[]): void => expect(decide()).toEqual(facts);
        const thenNothing = (): void => then([]);
        const thenRefused = (code: DomainErrorCode): void => {
          const refusal = decide();
          expect(refusal).toBeInstanceOf(DomainError);
          expect(refusal).toMatchObject({ code });
        };
        /** For tables, in which an outcome is a value. */
        const thenThis = (outcome: Outcome<Fact>): void =>
          typeof outcome === 'string' ? thenRefused(outcome) : then(outcome);
        return { then, thenNothing, thenRefused, thenThis };
      },
    };
  };

/** An outcome in the name of a test. */
export const named = (outcome: Outcome<DomainFact>): string => {
  if (typeof outcome === 'string') return `is refused as ${outcome}`;
  return outcome.length === 0 ? 'changes nothing' : `leads to ${outcome.map(({ type }) => type).join(', ')}`;
};
