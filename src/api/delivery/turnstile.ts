/**
 * Lets so many pass in one turn of the event loop, and the others in the next ones, in the order in which they came.
 * When a thousand clients come back in one instant, all of them would else be served before anything else is.
 */
export const createTurnstile = (perTurn: number) => {
  let waiting: (() => void)[] = [];
  let passed = 0;

  const letPass = (through: () => void): void => {
    if (passed === 0) setImmediate(nextTurn);
    passed += 1;
    through();
  };
  const nextTurn = (): void => {
    passed = 0;
    const next = waiting.slice(0, perTurn);
    waiting = waiting.slice(perTurn);
    for (const through of next) letPass(through);
  };

  /** Calls `through` at once, or when its turn has come. */
  const pass = (through: () => void): void => {
    if (passed < perTurn && waiting.length === 0) letPass(through);
    else waiting.push(through);
  };
  return {
    pass,
    /** Resolves then. */
    passed: (): Promise<void> => new Promise(pass),
  };
};

export type Turnstile = ReturnType<typeof createTurnstile>;
