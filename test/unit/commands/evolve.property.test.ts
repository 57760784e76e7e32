import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conversationDecider } from '../../../src/commands/conversation.ts';
import type { Decider } from '../../../src/commands/decider.ts';
import { engineDecider } from '../../../src/commands/engine.ts';
import { jobDecider } from '../../../src/commands/job.ts';
import { messageDecider } from '../../../src/commands/message.ts';
import { projectionDecider } from '../../../src/commands/projection.ts';
import { queueDecider } from '../../../src/commands/queue.ts';
import { catalogue, type DomainEvent } from '../../../src/events/catalogue.ts';
import { anyFact } from '../../support/anyFact.ts';
import { openHistory } from '../../support/happened.ts';

type Evolving<State> = Pick<Decider<State, never, never>, 'initial' | 'evolve'>;

const events = fc.array(anyFact, { maxLength: 30 }).map((facts): readonly DomainEvent[] => {
  const history = openHistory();
  for (const fact of facts) history.happens('log', fact);
  return history.events;
});

/** The initial state, and the state after each event. */
const statesOf = <State>({ initial, evolve }: Evolving<State>, happened: readonly DomainEvent[]): State[] => {
  const states = [initial];
  for (const event of happened) states.push(evolve(states.at(-1) ?? initial, event));
  return states;
};

interface Life {
  readonly status: string;
}

/** In any sequence, once a state is an end, all that follow have its status. */
const staysEnded = <State extends Life>(decider: Evolving<State>, ends: readonly State['status'][]): void =>
  fc.assert(
    fc.property(events, (happened) => {
      const statuses = statesOf(decider, happened).map(({ status }) => status);
      const end = statuses.findIndex((status) => ends.includes(status));
      if (end >= 0) expect(new Set(statuses.slice(end)).size).toBe(1);
    }),
    { numRuns: 500 },
  );

describe('any sequence of any events', () => {
  it('can be made up by these tests only of data that the schemas take', () => {
    fc.assert(
      fc.property(anyFact, ({ type, data }) => {
        expect(catalogue[type].data.safeParse(data).error?.issues ?? []).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['conversation', conversationDecider as Evolving<unknown>],
    ['message', messageDecider as Evolving<unknown>],
    ['job', jobDecider as Evolving<unknown>],
    ['queue', queueDecider as Evolving<unknown>],
    ['circuit', engineDecider as Evolving<unknown>],
    ['projection', projectionDecider as Evolving<unknown>],
  ])('leads a %s to a state, and changes no state that was', (_, decider) => {
    fc.assert(
      fc.property(events, (happened) => {
        const states = statesOf(decider, happened);
        const copies = structuredClone(states);
        expect(statesOf(decider, happened)).toEqual(copies);
        expect(states).toEqual(copies);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves what does not concern a stream as it was', () => {
    fc.assert(
      fc.property(events, anyFact, (happened, more) => {
        const event = openHistory().happens('log', more);
        const concerns = (prefix: RegExp): boolean => prefix.test(more.type);
        const same = <State>(decider: Evolving<State>): void => {
          const state = statesOf(decider, happened).at(-1) ?? decider.initial;
          expect(decider.evolve(state, event)).toBe(state);
        };
        if (!concerns(/^(Conversation|Participant)/)) same(conversationDecider);
        if (!concerns(/^Message/)) same(messageDecider);
        if (!concerns(/^Job/)) same(jobDecider);
        if (!concerns(/^Queue/)) same(queueDecider);
        if (!concerns(/^(Engine|Circuit)/)) same(engineDecider);
        if (!concerns(/^EventSkipped/)) same(projectionDecider);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves an ended job ended as it ended', () =>
    staysEnded(jobDecider, ['completed', 'failed', 'cancelled']));
  it('leaves a removed message removed', () => staysEnded(messageDecider, ['removed']));
  it('leaves an archived conversation archived', () => staysEnded(conversationDecider, ['archived']));
});
