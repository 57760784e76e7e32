import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDeliveryClient } from '../../support/deliveryClient.ts';
import { httpCaller } from '../../support/httpCalls.ts';
import { openHttpServer } from '../../support/httpServer.ts';
import { type OwnDarkroom, openOwnDarkroom } from '../../support/ownDarkroom.ts';
import { scrape } from '../../support/scrape.ts';

const patient = { timeout: 40_000, interval: 50 };

describe('/metrics of a server that does everything', () => {
  let darkroom: OwnDarkroom;
  beforeAll(async () => {
    darkroom = await openOwnDarkroom(undefined, { SWEEP_CRON: '* * * * * *' });
  });
  afterAll(() => darkroom.close());

  it('tells what became of a picture, from the request to the end of its job', async () => {
    const person = await httpCaller(darkroom.url).signIn();
    const conversation = await person.startConversation();
    await person.post(conversation, { text: 'no picture' });
    await person.post(conversation, { text: 'a fox', image: { steps: 2, width: 64, height: 64 } });
    await vi.waitFor(async () => {
      const { value } = await scrape(darkroom.url);
      expect(value('darkroom_jobs_ended_total', { outcome: 'completed', code: 'none' })).toBe(1);
    }, patient);
    const { value, text } = await scrape(darkroom.url);
    expect(value('darkroom_submissions_total', { outcome: 'accepted' })).toBe(1);
    expect(value('darkroom_attempts_ended_total', { outcome: 'completed', by: 'worker' })).toBe(1);
    expect(value('darkroom_attempts_ended_total', { outcome: 'timeout', by: 'worker' })).toBe(0);
    expect(value('darkroom_events_appended_total', { type: 'MessagePosted' })).toBe(2);
    expect(value('darkroom_event_log_append_seconds_count', { outcome: 'appended' })).toBeGreaterThan(5);
    expect(value('darkroom_projection_batches_total', { outcome: 'written' })).toBeGreaterThan(0);
    expect(value('darkroom_projection_batches_total', { outcome: 'failed' })).toBe(0);
    const route = '/api/v1/conversations/:id/messages';
    expect(value('darkroom_http_request_seconds_count', { route, method: 'POST', status: '202' })).toBe(2);
    expect(text).not.toContain(conversation);
    expect(text).not.toContain(person.id);
  });

  it('tells requests that a rule refused, and addresses that there are not, by no name of the client', async () => {
    const person = await httpCaller(darkroom.url).signIn();
    const conversation = await person.startConversation();
    await person.call('POST', `/conversations/${conversation}/archive`);
    const before = await scrape(darkroom.url);
    const image = { steps: 2, width: 64, height: 64 };
    const refused = await person.call('POST', `/conversations/${conversation}/messages`, {
      body: { text: 'a fox', image },
    });
    expect(refused.status).toBe(409);
    await person.call('POST', '/made-up-by-me');
    await fetch(`${darkroom.url}/api/v1/queue`, { method: 'PROPFIND' });
    await vi.waitFor(async () => {
      const { value, text } = await scrape(darkroom.url);
      const refusals = (value('darkroom_submissions_total', { outcome: 'refused' }) ?? 0) - 1;
      expect(refusals).toBe(before.value('darkroom_submissions_total', { outcome: 'refused' }));
      const count = 'darkroom_http_request_seconds_count';
      expect(value(count, { route: 'none', method: 'POST', status: '404' })).toBe(1);
      expect(value(count, { route: '/api/v1/queue', method: 'other', status: '405' })).toBe(1);
      expect(text).not.toMatch(/made-up|PROPFIND/);
    }, patient);
  });

  it('tells sockets, how they began and how they ended, and how much was replayed', async () => {
    const person = await httpCaller(darkroom.url).signIn();
    const conversation = await person.startConversation();
    await person.post(conversation, { text: 'one' });
    const client = openDeliveryClient(darkroom.url, person.token);
    const first = await client.subscribe({ scope: 'conversation', id: conversation });
    expect(first.mode).toBe('snapshot');
    const again = {
      ...{ scope: 'conversation', id: conversation },
      ...{ after: '0'.repeat(20), logId: first.logId },
    };
    expect((await client.subscribe(again)).mode).toBe('replay');
    await vi.waitFor(async () => {
      const { value } = await scrape(darkroom.url);
      expect(value('darkroom_delivery_connections')).toBe(1);
      expect(value('darkroom_delivery_subscriptions')).toBe(1);
      expect(value('darkroom_subscriptions_begun_total', { mode: 'snapshot', reason: 'none' })).toBe(1);
      expect(value('darkroom_subscriptions_begun_total', { mode: 'replay', reason: 'none' })).toBe(1);
      expect(value('darkroom_delivery_replay_events_count')).toBe(1);
      // The conversation began, its starter joined, and the message.
      expect(value('darkroom_delivery_replay_events_sum')).toBe(3);
      expect(value('darkroom_delivery_replays')).toBe(0);
      expect(value('darkroom_delivery_events_total')).toBe(3);
    }, patient);
    client.close();
    await vi.waitFor(async () => {
      const { value } = await scrape(darkroom.url);
      expect(value('darkroom_delivery_connections')).toBe(0);
      expect(value('darkroom_subscriptions_ended_total', { code: 'client' })).toBe(2);
    }, patient);
  });

  it('tells who waits while the queue is paused', async () => {
    const operator = await httpCaller(darkroom.url).signIn(['user', 'operator']);
    await operator.call('POST', '/queue/pause');
    const conversation = await operator.startConversation();
    await operator.post(conversation, { text: 'a fox', image: { steps: 2, width: 64, height: 64 } });
    await vi.waitFor(async () => {
      const { value } = await scrape(darkroom.url);
      expect(value('darkroom_queue_paused')).toBe(1);
      expect(value('darkroom_jobs', { state: 'waiting' })).toBe(1);
      expect(value('darkroom_jobs_oldest_seconds', { state: 'waiting' })).toBeGreaterThan(0);
      expect(value('darkroom_jobs_oldest_seconds', { state: 'accepted' })).toBe(0);
    }, patient);
    await operator.call('POST', '/queue/resume');
    await vi.waitFor(async () => {
      const { value } = await scrape(darkroom.url);
      expect(value('darkroom_queue_paused')).toBe(0);
      expect(value('darkroom_jobs', { state: 'waiting' })).toBe(0);
    }, patient);
  });

  it('comes with /readyz, which says when the sweep ran last and whether queueing leads', async () => {
    await vi.waitFor(async () => {
      const { parts } = await (await fetch(`${darkroom.url}/readyz`)).json();
      expect(parts).toMatchObject({
        sweep: { state: 'running', hasRun: true, looked: 0, gaveUp: 0, reason: null, whatToDo: null },
        queueing: { leads: true },
        engines: [{ name: 'sketch', state: 'well', reason: null, whatToDo: null }],
        collecting: { state: 'running', collected: 0, reason: null, whatToDo: null },
        eventLog: { state: 'ready', whatToDo: null },
      });
      expect(parts.sweep.quietSeconds).toBeLessThan(30);
    }, patient);
    const { value } = await scrape(darkroom.url);
    expect(value('darkroom_queueing_leads')).toBe(1);
    expect(value('darkroom_sweep_lease_seconds')).toBe(30);
    for (const what of ['attempts_ended', 'probes_ended', 'images_collected'])
      expect(value('darkroom_sweep_done', { what }), what).toBe(0);
    expect(value('darkroom_collecting_quiet_seconds')).toBeLessThan(600);
  });
});

describe('/metrics of a server whose clients, workers and stores have trouble', () => {
  it('tells a client that acknowledges nothing, and what it was sent until then', async () => {
    const darkroom = await openOwnDarkroom(undefined, { SLOW_CONSUMER_MS: '200', TICK_MS: '100' });
    const person = await httpCaller(darkroom.url).signIn();
    const conversation = await person.startConversation();
    const client = openDeliveryClient(darkroom.url, person.token);
    client.withhold();
    await client.subscribe({ scope: 'conversation', id: conversation });
    await client.untilOther('unsubscribed');
    const { value } = await scrape(darkroom.url);
    expect(value('darkroom_subscriptions_ended_total', { code: 'slow_consumer' })).toBe(1);
    expect(value('darkroom_delivery_subscriptions')).toBe(0);
    expect(value('darkroom_delivery_batches_total')).toBeGreaterThan(0);
    client.close();
    await darkroom.close();
  });

  it('tells an attempt that the sweep gave up, and by which code its job failed', async () => {
    const darkroom = await openOwnDarkroom(undefined, {
      ...{ STUCK_AFTER_MS: '500', SKETCH_STEP_MS: '30000', SWEEP_CRON: '* * * * * *', JOB_ATTEMPTS: '1' },
    });
    const person = await httpCaller(darkroom.url).signIn();
    const conversation = await person.startConversation();
    await person.post(conversation, { text: 'a fox', image: { steps: 2, width: 64, height: 64 } });
    await vi.waitFor(async () => {
      const { value } = await scrape(darkroom.url);
      expect(value('darkroom_attempts_ended_total', { outcome: 'stuck', by: 'sweep' })).toBe(1);
      expect(value('darkroom_jobs_ended_total', { outcome: 'failed', code: 'stuck' })).toBe(1);
      expect(value('darkroom_attempts_ended_total', { outcome: 'stuck', by: 'worker' })).toBe(0);
    }, patient);
    await darkroom.close();
  });
});

describe('/metrics of a process without the API', () => {
  it('is served too, without sign-in, and says nothing of what it does not do', async () => {
    const worker = await openOwnDarkroom(['worker']);
    const { names, value } = await scrape(worker.url);
    expect(names).toContain('darkroom_projection_lag_places');
    expect(names).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(value('darkroom_event_log_ready')).toBe(1);
    expect(value('darkroom_queueing_leads')).toBeUndefined();
    expect(value('darkroom_delivery_connections')).toBeUndefined();
    const ready = await (await fetch(`${worker.url}/readyz`)).json();
    expect(Object.keys(ready.parts)).toEqual(['eventLog', 'documents', 'projections', 'engines']);
    await worker.close();
  });
});

describe('/readyz while a part is away', () => {
  it('names the part, what is the matter and what to do', async () => {
    const server = await openHttpServer(({ log }) => ({
      log: { ...log, head: () => Promise.reject(new Error('the disk is gone')) },
    }));
    const { status, body } = await server.call('GET', '/readyz');
    expect(status).toBe(503);
    expect(body).toMatchObject({
      status: 'not_ready',
      parts: {
        eventLog: {
          state: 'not_ready',
          reason: 'the disk is gone',
          whatToDo: expect.stringContaining('EVENT_LOG_URL'),
        },
        documents: { state: 'ready', lag: null, whatToDo: null },
        projections: expect.arrayContaining([expect.objectContaining({ lag: null, state: 'running' })]),
      },
    });
    await server.close();
  });
});
