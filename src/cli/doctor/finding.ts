/** What was found of one thing. */
export interface Finding {
  readonly check: string;
  /** `attention`: it runs, and something should be done; `broken`: something of it doesn't work. */
  readonly state: 'ok' | 'attention' | 'broken';
  /** One sentence. */
  readonly found: string;
  /** Null where nothing is to be done. */
  readonly whatToDo: string | null;
}

export const ok = (check: string, found: string): Finding => ({ check, state: 'ok', found, whatToDo: null });
export const attention = (check: string, found: string, whatToDo: string): Finding => ({
  ...{ check, state: 'attention', found, whatToDo },
});
export const broken = (check: string, found: string, whatToDo: string): Finding => ({
  ...{ check, state: 'broken', found, whatToDo },
});

/** The finding that the check throws, where what it looks at can't be looked at. */
export const orBroken = async (
  check: string,
  whatToDo: string,
  look: () => Promise<Finding | readonly Finding[]>,
): Promise<readonly Finding[]> => {
  try {
    return [await look()].flat();
  } catch (cause) {
    return [broken(check, cause instanceof Error ? cause.message : String(cause), whatToDo)];
  }
};
