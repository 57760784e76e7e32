import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../src/events/json.ts';
import { mergePatch } from '../../../src/events/mergePatch.ts';
import { anyMetadata } from '../../support/anyFact.ts';

/** RFC 7396, appendix A, in its order. */
const appendixA: readonly (readonly [Json, Json, Json])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

describe('merging a patch', () => {
  it.each(appendixA.map((example) => example.map((each) => JSON.stringify(each))))(
    'into %s of %s gives %s, as RFC 7396 says',
    (target = '', patch = '', result = '') => {
      expect(mergePatch(JSON.parse(target), JSON.parse(patch))).toEqual(JSON.parse(result));
    },
  );

  it('does what the example of section 3 does', () => {
    const document = {
      ...{ title: 'Goodbye!', author: { givenName: 'John', familyName: 'Doe' } },
      ...{ tags: ['example', 'sample'], content: 'This will be unchanged' },
    };
    const patch = {
      ...{
        title: 'Hello!',
        phoneNumber: '+01-123-456-7890',
        author: { familyName: null },
        tags: ['example'],
      },
    };
    expect(mergePatch(document, patch)).toEqual({
      ...{ title: 'Hello!', author: { givenName: 'John' }, tags: ['example'] },
      ...{ content: 'This will be unchanged', phoneNumber: '+01-123-456-7890' },
    });
  });

  it('keeps nulls that stand in lists, for only a key can be removed', () => {
    expect(mergePatch({}, { a: [null, { b: null }] })).toEqual({ a: [null, { b: null }] });
  });
});

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The algorithm of RFC 7396, section 2, written down as it stands there. */
const asTheRfcSays = (target: Json | undefined, patch: Json): Json => {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = asTheRfcSays(result[key], value);
  }
  return result;
};

const frozen = <Value extends Json>(value: Value): Value => {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
};

/** A patch that touches only these keys, at the top and two levels down. */
const touching = (...keys: readonly string[]): fc.Arbitrary<JsonObject> => {
  const leaf = fc.constantFrom<Json>(null, 1, 'a', ['b'], { z: 1 });
  const flat = fc.dictionary(fc.constantFrom(...keys), leaf, { maxKeys: 3 });
  return fc
    .record({ top: flat, shared: flat, deep: flat }, { requiredKeys: ['top'] })
    .map(({ top, shared, deep }) => ({
      ...top,
      ...(shared === undefined && deep === undefined
        ? {}
        : { shared: { ...shared, ...(deep === undefined ? {} : { deep }) } }),
    }));
};

describe('patches', () => {
  it('do what the RFC says, whatever they are', () => {
    fc.assert(
      fc.property(anyMetadata, anyMetadata, (target, patch) => {
        expect(mergePatch(target, patch)).toEqual(asTheRfcSays(target, patch));
      }),
      { numRuns: 1_000 },
    );
  });

  it('on different keys, however deep, give the same in either order', () => {
    fc.assert(
      fc.property(anyMetadata, touching('a', 'b'), touching('c', 'd'), (target, one, other) => {
        const oneFirst = mergePatch(mergePatch(target, one), other);
        expect(mergePatch(mergePatch(target, other), one)).toEqual(oneFirst);
      }),
      { numRuns: 1_000 },
    );
  });

  it('say the same once as twice', () => {
    fc.assert(
      fc.property(anyMetadata, anyMetadata, (target, patch) => {
        const once = mergePatch(target, patch);
        expect(mergePatch(once, patch)).toEqual(once);
      }),
    );
  });

  it('change neither what they are merged into nor themselves', () => {
    fc.assert(
      fc.property(anyMetadata, anyMetadata, (target, patch) => {
        expect(() => mergePatch(frozen(target), frozen(patch))).not.toThrow();
      }),
    );
  });

  it('reach no prototype, whatever their keys are', () => {
    const key = fc.constantFrom('__proto__', 'constructor', 'prototype', 'a');
    const hostile = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        fc.constantFrom<Json>(null, 'polluted'),
        fc.array(fc.tuple(key, tie('value')), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
      ),
    })).value;
    const before = Object.getOwnPropertyNames(Object.prototype);
    fc.assert(
      fc.property(hostile, hostile, (target, patch) => {
        const merged = mergePatch(target, patch);
        expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
        if (typeof merged === 'object' && merged !== null)
          expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
      }),
      { numRuns: 500 },
    );
  });
});
