import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connect, signIn } from '../../../src/client/index.ts';
import { openDeliveryClient } from '../../support/deliveryClient.ts';
import { type OwnDarkroom, openOwnDarkroom } from '../../support/ownDarkroom.ts';
import { scrape } from '../../support/scrape.ts';

const patient = { timeout: 40_000, interval: 50 };
const metric = 'darkroom_shown_places_total';

let darkroom: OwnDarkroom;
beforeAll(async () => {
  darkroom = await openOwnDarkroom(undefined, { TICK_MS: '100' });
});
afterAll(() => darkroom.close());

it('counts places that people are shown as matched, and one that a client makes up as mismatched', async () => {
  const session = await signIn(darkroom.url, 'Ada', ['user', 'operator']);
  const client = connect({ url: darkroom.url, session, tickMs: 100, placeReportMs: 1 });
  await client.api.pauseQueue();
  const { conversation } = await client.api.startConversation({});
  const view = client.conversation(conversation.conversationId);
  for (const prompt of ['a fox', 'a heron']) await view.requestImage(prompt);
  const queue = client.queue();
  await vi.waitFor(async () => {
    expect((await scrape(darkroom.url)).value(metric, { outcome: 'matched' })).toBeGreaterThan(0);
  }, patient);
  expect((await scrape(darkroom.url)).value(metric, { outcome: 'mismatched' })).toBe(0);
  const { position } = queue.state.queue;
  const [first] = queue.state.queue.waiting;
  client.close();

  const other = await signIn(darkroom.url, 'Eve');
  const liar = openDeliveryClient(darkroom.url, other.token);
  const { logId } = await liar.subscribe({ scope: 'queue' });
  const lie = { logId, position, places: [{ ticket: first?.ticket, place: 1 }] };
  await vi.waitFor(async () => {
    expect(await liar.ask('places_shown', lie)).toEqual({ ok: true });
    expect((await scrape(darkroom.url)).value(metric, { outcome: 'mismatched' })).toBe(1);
  }, patient);
  expect(await liar.ask('places_shown', { ...lie, position: 9 })).toMatchObject({
    ok: false,
    code: 'invalid',
  });
  liar.close();
});
