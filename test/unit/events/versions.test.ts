import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue, decode, type EventType, isKnownType } from '../../../src/events/catalogue.ts';
import type { RecordedEvent } from '../../../src/events/log/eventLog.ts';
import fingerprints from '../../fixtures/eventSchemas.json' with { type: 'json' };
import { schemaFingerprint } from '../../support/schemaFingerprint.ts';

/** Events as the first release wrote them; no line of it is ever changed. */
const written: readonly RecordedEvent[] = readFileSync('test/fixtures/eventsVersion1.ndjson', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

describe('an event of version 1', () => {
  it.each(written.map((event) => [event.type, event] as const))(
    '%s is read by the code of today',
    (type, event) => {
      const read = decode(event);
      if (!isKnownType(type) || read === null) throw new Error(`${type} is known no longer`);
      expect(read.schema).toBe(catalogue[type].version);
      expect(catalogue[type].data.safeParse(read.data).error?.issues ?? []).toEqual([]);
    },
  );
});

describe('what an event holds', () => {
  it.each(Object.entries(fingerprints))('%s changes only with its version', (type, known) => {
    if (!isKnownType(type)) throw new Error(`${type} is in logs that are there; its definition must stay`);
    const { version, data } = catalogue[type];
    const now = schemaFingerprint(data);
    const recorded = new Map<string, string>(Object.entries(known)).get(String(version));
    expect(
      recorded,
      `${type}, version ${version}, does not hold what it held. Events of it are in logs that are there, so: ` +
        `raise its version, write the upcaster from version ${version}, and add the new version with ` +
        `its fingerprint "${now}" to test/fixtures/eventSchemas.json. Lines that are there stay as they are.`,
    ).toBe(now);
  });

  it.each(Object.entries(catalogue))(
    '%s is recorded in each of its versions, with a way up from every older one',
    (type, { version, upcasters, downcasters }) => {
      const recorded = Object.keys(new Map<string, object>(Object.entries(fingerprints)).get(type) ?? {});
      const newest = Math.max(version, ...Object.keys(downcasters ?? {}).map(Number));
      const upTo = (last: number): string[] => Array.from({ length: last }, (_, index) => `${index + 1}`);
      expect(
        recorded,
        `Add ${type} with the fingerprint "${schemaFingerprint(catalogue[type as EventType].data)}" of version ` +
          `${version} to test/fixtures/eventSchemas.json, so that it can't change unseen.`,
      ).toEqual(expect.arrayContaining(upTo(version)));
      expect(recorded.filter((each) => Number(each) > newest)).toEqual([]);
      expect(Object.keys(upcasters ?? {}), `${type} has no way up from each older version`).toEqual(
        upTo(version - 1),
      );
    },
  );
});
