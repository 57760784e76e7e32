import { describe, expect, it, vi } from 'vitest';
import { followLog } from '../../../src/workers/following.ts';
import { openMemoryLog } from '../../support/deliveryLog.ts';
import { newEvent } from '../../support/newEvent.ts';
import { tellStory } from '../../support/story.ts';

const patient = { timeout: 20_000, interval: 20 };

describe('who follows the log', () => {
  it('hears what happens from now on, and again after the log was away', async () => {
    const log = openMemoryLog();
    await tellStory(log, 1);
    const end = new AbortController();
    const heard: string[] = [];
    const began = vi.fn();
    const onTrouble = vi.fn();
    const following = followLog(log, end.signal, {
      hear: async (events) => {
        heard.push(...events.map(({ type }) => type));
      },
      began,
      onTrouble,
    });
    await vi.waitFor(() => expect(began).toHaveBeenCalledTimes(1), patient);
    await log.append('queue-images', 'any', [{ ...newEvent(), type: 'QueuePaused' }]);
    await vi.waitFor(() => expect(heard).toEqual(['QueuePaused']), patient);
    log.breakOff();
    await vi.waitFor(() => expect(onTrouble).toHaveBeenCalled(), patient);
    log.mend();
    await vi.waitFor(() => expect(began).toHaveBeenCalledTimes(2), patient);
    await log.append('queue-images', 'any', [{ ...newEvent(), type: 'QueueResumed' }]);
    await vi.waitFor(() => expect(heard).toEqual(['QueuePaused', 'QueueResumed']), patient);
    end.abort();
    await following;
  });
});
