import { setTimeout as delay } from 'node:timers/promises';
import type { Check } from './check.ts';
import { hasEngines, isReady, signInThere } from './isUp.ts';
import { createPictureChecks } from './pictureChecks.ts';
import { openScene, removeScene, type Scene } from './scene.ts';
import { endsInWords, keepsMessages } from './wordsChecks.ts';

/** How one check went. `null`: not tried, for what it needs wasn't there. */
export interface Outcome {
  readonly check: string;
  readonly passed: boolean | null;
  readonly seconds: number;
  readonly found: string;
}

export interface SmokeOptions {
  readonly url: string;
  readonly token: string | undefined;
  readonly patienceMs: number;
}

const inWords = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** The answer of `run`; what is over after three times the patience is taken for never. */
const tried = async (check: string, patienceMs: number, run: () => Promise<string>): Promise<Outcome> => {
  const begun = performance.now();
  const seconds = (): number => Math.round(performance.now() - begun) / 1_000;
  const end = new AbortController();
  const never = delay(3 * patienceMs, undefined, { signal: end.signal }).then(() => {
    throw new Error(`no answer within ${(3 * patienceMs) / 1_000} s`);
  });
  try {
    const found = await Promise.race([run(), never]);
    return { check, passed: true, seconds: seconds(), found };
  } catch (cause) {
    return { check, passed: false, seconds: seconds(), found: inWords(cause) };
  } finally {
    end.abort();
    await never.catch(() => undefined);
  }
};

const createChecks = (): readonly (readonly [name: string, check: Check])[] => {
  const { acceptsTwoAtOnce, movesPlaces, drawsThroughReconnect } = createPictureChecks();
  return [
    ['a message is kept whole', keepsMessages],
    ['two pictures at once are both accepted', acceptsTwoAtOnce],
    ['their places move until they are begun', movesPlaces],
    ['they are drawn, and a reconnect misses nothing', drawsThroughReconnect],
    ['a cancelled and a wrong request end in words', endsInWords],
  ];
};

/**
 * Whether a deployment does what it is there for: six checks, as a person and over the same doors. It makes one
 * conversation and removes it again, whatever comes of the checks.
 */
export async function* smokeChecks({ url, token, patienceMs }: SmokeOptions): AsyncGenerator<Outcome> {
  const checks = createChecks();
  const opened: { scene: Scene | null } = { scene: null };
  const up = await tried('it is up, and has an engine', patienceMs, async () => {
    const ready = await isReady(url);
    opened.scene = await openScene(url, await signInThere(url, token), { patienceMs });
    return `${ready}; ${await hasEngines(opened.scene.client.api)}`;
  });
  yield up;
  const { scene } = opened;
  if (scene === null) {
    for (const [check] of checks) yield { check, passed: null, seconds: 0, found: 'not tried' };
    return;
  }
  for (const [check, run] of checks) yield await tried(check, patienceMs, () => run(scene));
  yield await tried('what was made for this is removed', patienceMs, () => removeScene(scene));
}
