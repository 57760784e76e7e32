import CircuitBreaker from 'opossum';
import type { Circuit } from '../commands/engine.ts';

/** The circuit opened between the claim and the call: the engine wasn't asked. */
export class EngineRests extends Error {
  constructor(engine: string) {
    super(`the circuit before engine ${engine} is open`);
    this.name = 'EngineRests';
  }
}

/** Through which each call of one engine goes. */
export interface EngineCalls<Result> {
  /** @throws EngineRests, and whatever the call throws */
  run(call: () => Promise<Result>): Promise<Result>;
  /** The circuit as the log has it: calls are let through, or not. */
  follow(circuit: Circuit): void;
  close(): void;
}

/** The longest that a timer can wait: opossum never half-opens by itself. */
const never = 2 ** 31 - 1;

/**
 * opossum stands before the engine and refuses calls while it is open, but it decides nothing: it counts
 * shares in a time window, in one process, and ours are failures in a row, in all. So its threshold
 * is out of reach, and the fold of the log opens and closes it. A call ends by our signal, not by a
 * timeout of its own: after that, the engine would go on drawing.
 */
export const createEngineCalls = <Result>(engine: string): EngineCalls<Result> => {
  const breaker = new CircuitBreaker((call: () => Promise<Result>) => call(), {
    name: engine,
    timeout: false,
    volumeThreshold: Number.MAX_SAFE_INTEGER,
    resetTimeout: never,
    enableSnapshots: false,
  });
  return {
    run: (call) =>
      breaker.fire(call).catch((cause: unknown) => {
        throw cause instanceof Error && CircuitBreaker.isOurError(cause) ? new EngineRests(engine) : cause;
      }),
    follow({ status }) {
      if (status === 'open') breaker.open();
      else breaker.close();
    },
    close: () => breaker.shutdown(),
  };
};
