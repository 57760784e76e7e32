import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { JobId } from '../../../src/events/ids.ts';
import { followServer } from '../../../web/stores/followServer.ts';
import { createImageJobsStore, followUser } from '../../../web/stores/imageJobsStore.ts';
import { createFakeClient, fakeSession } from '../../support/fakeClient.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('the page asks how the engines are only while somebody waits, and no more once it is left', async () => {
  const client = createFakeClient({ session: fakeSession('Ada') });
  const store = createImageJobsStore();
  const stopUser = followUser(store, client.user(), client.queue());
  let asked = 0;
  const engines = async () => {
    asked += 1;
    return [{ name: 'sketch', circuit: 'half_open', failures: 5, models: [], health: null }] as const;
  };
  const stop = followServer(store, { engines, queueNow: client.api.queueNow });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(asked).toBe(0);

  const { conversationId } = client.script.conversation({ people: [] });
  const { image } = client.script.say(conversationId, client.session.user, 'a lake', { image: {} });
  client.script.queueUp(image?.jobId as JobId);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked).toBe(1);
  expect(store.getState().engines).toMatchObject([{ circuit: 'half_open' }]);

  stop();
  stopUser();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(asked).toBe(1);
});
