import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

/** Licences that ask for nothing but to be named, in what is shipped. */
const shipped: ReadonlySet<string> = new Set([
  ...[
    'MIT',
    'ISC',
    'Apache-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    '0BSD',
    'BlueOak-1.0.0',
    'Unlicense',
    'CC0-1.0',
  ],
]);
/** Those of tools may ask that changes of the tool itself be published: we make none, and ship none. */
const ofTools: ReadonlySet<string> = new Set([...shipped, 'MPL-2.0', 'Python-2.0', 'CC-BY-4.0']);

const lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      devOptional: z.boolean().optional(),
    }),
  ),
});

/** Old packages that name theirs in a way that the lock file leaves out: read in their LICENSE by a person. */
const readByHand: Readonly<Record<string, string>> = {
  'node_modules/buildcheck': 'MIT',
  'node_modules/cpu-features': 'MIT',
  'node_modules/ssh2': 'MIT',
  'node_modules/xmlhttprequest-ssl': 'MIT',
};

/** Whether an SPDX expression lets us: one of alternatives, all of what is joined. */
const isAllowed = (expression: string, allowed: ReadonlySet<string>): boolean =>
  expression
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => allowed.has(licence.trim())));

/** Packages of a lock file whose licence is not on the list, or unknown. */
const refused = (file: string): readonly string[] =>
  Object.entries(lock.parse(JSON.parse(readFileSync(file, 'utf8'))).packages).flatMap(
    ([path, { version, license, dev, devOptional }]) => {
      if (path === '') return [];
      const licence = license ?? readByHand[path] ?? 'unknown';
      const isTool = dev === true || devOptional === true;
      return isAllowed(licence, isTool ? ofTools : shipped) ? [] : [`${path}@${version}: ${licence}`];
    },
  );

describe('the licence of every package', () => {
  it('that is shipped or builds and tests it lets us', () => {
    expect(refused('package-lock.json')).toEqual([]);
  });

  it('that is measured against lets us', () => {
    expect(refused('bench/peers/package-lock.json')).toEqual([]);
  });

  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['(BSD-3-Clause AND Apache-2.0)', true],
    ['(BSD-3-Clause AND GPL-3.0-only)', false],
    ['AGPL-3.0-only', false],
    ['MPL-2.0', false],
    ['UNLICENSED', false],
    ['unknown', false],
  ])('shipped under %s: %s', (expression, expected) => {
    expect(isAllowed(expression, shipped)).toBe(expected);
  });
});
