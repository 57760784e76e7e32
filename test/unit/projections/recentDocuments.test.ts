import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positionOf } from '../../../src/events/ids.ts';
import { createRecentDocuments } from '../../../src/projections/recentDocuments.ts';

const document = (at: number) => ({ position: positionOf(at) });

describe('recent documents', () => {
  it('has at least as many of those used last as it was told to keep, in their newest state', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.record({ id: fc.integer({ min: 0, max: 12 }), write: fc.boolean() }), { maxLength: 80 }),
        (least, uses) => {
          const recent = createRecentDocuments(least);
          const written = new Map<string, { position: string }>();
          let lastUsed: string[] = [];
          for (const [at, { id: number, write }] of uses.entries()) {
            const id = String(number);
            if (write) {
              recent.set(id, document(at));
              written.set(id, document(at));
            } else if (recent.get(id) === undefined) continue;
            lastUsed = [id, ...lastUsed.filter((other) => other !== id)];
            const kept = lastUsed.slice(0, least);
            // Looked at in the order of their use, so that looking changes nothing of it.
            for (const one of kept.toReversed()) expect(recent.get(one)).toEqual(written.get(one));
          }
        },
      ),
    );
  });

  it('never keeps more than twice as many', () => {
    const recent = createRecentDocuments(10);
    for (let at = 0; at < 1_000; at += 1) recent.set(String(at), document(at));
    const kept = Array.from({ length: 1_000 }, (_, at) => recent.get(String(at))).filter(Boolean);
    expect(kept.length).toBeLessThanOrEqual(20);
    recent.clear();
    expect(recent.get('999')).toBeUndefined();
  });

  it('knows of a document that there is none', () => {
    const recent = createRecentDocuments(2);
    recent.set('gone', null);
    expect(recent.get('gone')).toBeNull();
    expect(recent.get('other')).toBeUndefined();
  });
});
