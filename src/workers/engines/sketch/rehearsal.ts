import { type FailureCode, failures } from '../../../events/failures.ts';

/**
 * What a prompt asks the stand-in to act out, so that a person, or a test in a browser, can see how Darkroom
 * treats an engine that misbehaves. Written in square brackets anywhere in the prompt:
 *
 * - `[fail]` fails half-way with `engine_rejected`;
 * - `[fail:CODE]` fails half-way with that code of the failure catalogue, retryable as the catalogue says;
 * - `[slow]` takes ten times as long for every step;
 * - `[silent]` stops making progress a quarter of the way in, until it is aborted.
 *
 * Nothing else in a prompt ever makes the sketch engine fail on purpose.
 */
export interface Rehearsal {
  readonly failWith: FailureCode | null;
  /** How many times as long a step takes. */
  readonly slowness: number;
  readonly silent: boolean;
  /** The prompt without its stage directions: they change how it is drawn, not what. */
  readonly prompt: string;
}

export function readRehearsal(prompt: string): Rehearsal {
  const fail = /\[fail(?::\s*([a-z_]+)\s*)?\]/i.exec(prompt);
  return {
    failWith: fail === null ? null : codeNamed(fail[1]?.toLowerCase()),
    slowness: /\[slow\]/i.test(prompt) ? 10 : 1,
    silent: /\[silent\]/i.test(prompt),
    prompt: prompt.replace(/\[(fail(:\s*[a-z_]+\s*)?|slow|silent)\]/gi, ' ').trim(),
  };
}

/** A code that isn't in the catalogue fails as `[fail]` does. */
function codeNamed(name: string | undefined): FailureCode {
  return isFailureCode(name) ? name : 'engine_rejected';
}

const isFailureCode = (name: string | undefined): name is FailureCode =>
  name !== undefined && Object.hasOwn(failures, name);

export type Act = 'go on' | 'fail' | 'fall silent';

/** What happens instead of this step; steps count over all pictures of the order. */
export function actAt({ failWith, silent }: Rehearsal, step: number, steps: number): Act {
  if (failWith !== null && step >= Math.max(1, Math.ceil(steps / 2))) return 'fail';
  if (silent && step > Math.floor(steps / 4)) return 'fall silent';
  return 'go on';
}
