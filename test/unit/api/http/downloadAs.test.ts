import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { downloadAs } from '../../../../src/api/http/downloadAs.ts';

describe('the name of a download', () => {
  it('keeps what is harmless, and other letters in their encoded form', () => {
    expect(downloadAs('Sturm.png')).toBe(`attachment; filename="Sturm.png"; filename*=UTF-8''Sturm.png`);
    expect(downloadAs('Öl (2).png')).toBe(
      `attachment; filename="_l _2_.png"; filename*=UTF-8''%C3%96l%20%282%29.png`,
    );
  });

  it('names no folder and no hidden file', () => {
    expect(downloadAs('../../etc/passwd')).toBe(
      `attachment; filename="__.._etc_passwd"; filename*=UTF-8''__.._etc_passwd`,
    );
  });

  it('never ends its text or its header, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), (name) => {
        expect(downloadAs(name)).toMatch(
          /^attachment; filename="[A-Za-z0-9 ._-]*"; filename\*=UTF-8''[A-Za-z0-9%!~._-]*$/,
        );
      }),
    );
  });
});
