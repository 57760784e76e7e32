import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../../src/api/delivery/limits.ts';
import { eventTypeTable } from '../../../support/eventTypeTable.ts';

const page = readFileSync('docs/protocol.md', 'utf8');

describe('docs/protocol.md', () => {
  it('lists every event type that clients are told of, with the data that its schema has', () => {
    const [, told] = /<!-- Made from the schemas;[^>]*-->\n\n([\s\S]*?)\n\n<!-- End/.exec(page) ?? [];
    expect(told).toBe(eventTypeTable());
  });

  it('names the limits that the server keeps', () => {
    const { batchEvents, batchBytes, windowReplayBatches, windowLiveEvents, inboundPerSecond } = limits;
    expect(page).toContain(`${batchEvents} events and ${batchBytes.toLocaleString('en')} bytes`);
    expect(page).toContain(`${windowReplayBatches} batches of a replay, or ${windowLiveEvents} live events`);
    expect(page).toContain(`${inboundPerSecond} a second`);
    expect(page).toContain(`stayed so for ${limits.futureMs / 1_000} seconds`);
  });
});
