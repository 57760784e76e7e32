import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/events/json.ts';
import { canonicalJson } from '../../../src/events/log/seals/canonicalJson.ts';

const readNumber = (bits: string): number => Buffer.from(bits, 'hex').readDoubleBE();

describe('the canonical form of JSON', () => {
  it('is that of the example of RFC 8785, section 3.2', () => {
    const given = JSON.parse(
      String.raw`{ "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }`,
    );
    expect(canonicalJson(given)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('orders keys by their UTF-16 code units, as in the example of section 3.2.3', () => {
    const given = JSON.parse(
      String.raw`{ "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
        "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis" }`,
    );
    const written = [...canonicalJson(given).matchAll(/:"([^"]*)"/g)].map(([, value]) => value);
    expect(written).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af6', '1e+23'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
  ])('prints the number of bits %s as in appendix B', (bits, text) => {
    expect(canonicalJson(readNumber(bits))).toBe(text);
  });

  it('says the same of equal values, in whatever order and with whatever space they were written', () => {
    const reversed = (value: Json): Json => {
      if (typeof value !== 'object' || value === null) return value;
      if (Array.isArray(value)) return value.map(reversed);
      const entries = Object.entries(value).map(([key, inner]): [string, Json] => [key, reversed(inner)]);
      return Object.fromEntries(entries.toReversed());
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const read = JSON.parse(JSON.stringify(value));
        expect(canonicalJson(reversed(read))).toBe(canonicalJson(read));
        expect(JSON.parse(canonicalJson(read))).toEqual(JSON.parse(JSON.stringify(read)));
      }),
    );
  });
});
