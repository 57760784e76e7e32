import type { Scene } from './scene.ts';

/** Gives what was found, in a few words. @throws an Error that says what isn't as it must be */
export type Check = (scene: Scene) => Promise<string>;

export function ensure(isRight: boolean, wrong: string): asserts isRight {
  if (!isRight) throw new Error(wrong);
}

/** What is asked for: small, for some engines are paid by size. */
export const smallPicture = { width: 512, height: 512, steps: 8 };
