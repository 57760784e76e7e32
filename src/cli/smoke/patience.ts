import type { Observable } from '../../client/index.ts';

/** How long one thing may take, in milliseconds. */
export interface Patience {
  readonly patienceMs: number;
}

/** Once it is so; else, when patience is over, an error that says what was awaited. */
export const eventually = <State>(
  { patienceMs }: Patience,
  of: Observable<State>,
  awaited: string,
  isSo: (state: State) => boolean,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const look = (): void => {
      if (!isSo(of.state)) return;
      clearTimeout(late);
      stop();
      resolve();
    };
    const late = setTimeout(() => {
      stop();
      reject(new Error(`waited ${patienceMs / 1_000} s in vain for ${awaited}`));
    }, patienceMs);
    const stop = of.on('change', look);
    look();
  });
