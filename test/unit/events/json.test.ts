import { describe, expect, it } from 'vitest';
import { metadataObject } from '../../../src/events/json.ts';

describe('metadata', () => {
  it('that is wrong in a hundred thousand places is told of the first 50, not kept busy with the rest', () => {
    const wrong = { list: Array.from({ length: 100_000 }, () => '\u0000') };
    const issues = metadataObject.safeParse(wrong).error?.issues ?? [];
    expect(issues).toHaveLength(50);
    expect(issues[0]?.path).toEqual(['list', '0']);
  });
});
