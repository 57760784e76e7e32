import { projections } from '../projections/all.ts';
import type { AnyProjection } from '../projections/projection.ts';
import { Refused } from './refused.ts';

const known = projections.map(({ name }) => name).join(', ');

/** @throws Refused */
export const projectionNamed = (name: string | undefined): AnyProjection => {
  const found = projections.find((each) => each.name === name);
  if (found === undefined) throw new Refused(`There is no projection "${name ?? ''}"; there are ${known}.`);
  return found;
};

/** Those that are named, or all. @throws Refused where it isn't said which, or both is said. */
export const projectionsNamed = (names: readonly string[], all: boolean): readonly AnyProjection[] => {
  if (all === names.length > 0) throw new Refused(`Name projections (${known}), or say --all.`);
  return all ? projections : [...new Set(names)].map(projectionNamed);
};

/** A number of a version or a generation. @throws Refused */
export const numberFrom = (text: string, what: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Refused(`${what} is a number from 1, not "${text}".`);
  return Number(text);
};
