import { describe, expect, it } from 'vitest';
import { judgeDocuments } from '../../../src/cli/doctor/documents.ts';
import { judgeClock, judgeDisk, judgeNode } from '../../../src/cli/doctor/machine.ts';
import { type LogId, positionOf } from '../../../src/events/ids.ts';
import type { GenerationShown } from '../../../src/projections/overview.ts';

const logId = '00000004-0000-7000-8000-000000000001' as LogId;
const otherLog = '00000004-0000-7000-8000-000000000002' as LogId;
const writer = { id: 'run', host: 'here', pid: 42 };
const live = (changes: Partial<GenerationShown> = {}): GenerationShown => ({
  ...{ projection: 'messages', version: 1, generation: 1, state: 'live', position: positionOf(100) },
  ...{ logId, stopped: null, writer, ...changes },
});
const states = (...generations: readonly GenerationShown[]): string[] =>
  judgeDocuments(generations, logId, positionOf(100_000)).map(({ state }) => state);
const current = { position: positionOf(100_000) };

describe('the doctor, of documents', () => {
  it('is content where they are written and near the log’s head', () => {
    expect(states(live(current))).toEqual(['ok']);
  });
  it('is content where no server runs, however far behind they are', () => {
    expect(states(live({ writer: null }))).toEqual(['ok']);
  });
  it('calls those broken that have stopped, are of another log, or know a future that the log does not', () => {
    const stopped = { position: positionOf(7), type: 'MessagePosted', reason: 'it could not be digested' };
    expect(states(live({ stopped }))).toEqual(['broken']);
    expect(states(live({ logId: otherLog }))).toEqual(['broken']);
    expect(states(live({ position: positionOf(100_001) }))).toEqual(['broken']);
  });
  it('asks for attention where they are written and far behind, or some are written by nobody', () => {
    expect(states(live())).toEqual(['ok', 'attention']);
    expect(states(live(current), live({ projection: 'jobs', writer: null }))).toEqual(['ok', 'attention']);
  });
  it('names a newer release, and passes over what is kept or old', () => {
    expect(states(live(current), live({ state: 'newer', version: 2 }))).toEqual(['ok', 'attention']);
    expect(states(live(current), live({ state: 'kept', logId: otherLog }))).toEqual(['ok']);
  });
});

describe('the doctor, of the machine', () => {
  it.each([
    [500e9, 1000e9, 'ok'],
    [3e9, 100e9, 'attention'],
    [0.9e9, 2e9, 'attention'],
    [0.1e9, 2e9, 'broken'],
    [30e9, 1000e9, 'ok'],
  ])('judges %d bytes free of %d: %s', (free, size, state) => {
    expect(judgeDisk('/data', free, size)).toMatchObject({ state });
  });
  it('tells of a clock that is behind the newest event', () => {
    const now = new Date('2026-01-01T00:00:00.000Z');
    expect(judgeClock(now, null)).toMatchObject({ state: 'ok' });
    expect(judgeClock(now, '2025-12-31T23:00:00.000Z')).toMatchObject({ state: 'ok' });
    expect(judgeClock(now, '2026-01-01T01:00:00.000Z')).toMatchObject({
      state: 'attention',
      found: expect.stringContaining('3600 s later'),
    });
  });
  it.each([
    ['20.20.0', 'ok'],
    ['20.18.9', 'broken'],
    ['22.0.0', 'ok'],
    ['18.20.0', 'broken'],
  ])('judges Node.js %s: %s', (running, state) => {
    expect(judgeNode(running, '>=20.19')).toMatchObject({ state });
  });
});
