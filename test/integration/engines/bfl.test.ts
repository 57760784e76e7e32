import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBflEngine } from '../../../src/workers/engines/bfl/bflEngine.ts';
import { HandedOver } from '../../../src/workers/engines/imageEngine.ts';
import { pictures, smallOrder } from '../../contract/imageEngine.contract.ts';
import { openBflServer } from '../../support/engines/bflServer.ts';
import { begin, failureOf, submissionsIn } from '../../support/engines/drawing.ts';

describe('the FLUX API engine', () => {
  let server: Awaited<ReturnType<typeof openBflServer>>;
  beforeEach(async () => {
    server = await openBflServer();
  });
  afterEach(() => server.close());

  const models = ['flux-pro-1.1', 'flux-dev'];
  const engine = (patienceMs = 20_000) =>
    createBflEngine({ ...{ url: server.url, apiKey: 'bfl-secret', models, pollMs: 5, patienceMs } });
  const failure = () => failureOf(pictures(engine(), smallOrder));

  it('hands in prompt, seed and a size that it draws, with its key', async () => {
    await pictures(engine(), { ...smallOrder, model: 'flux-dev', width: 1000, height: 1536, count: 2 });
    expect(server.orders).toMatchObject([
      { model: 'flux-dev', key: 'bfl-secret', seed: 7, width: 992, height: 1440 },
      { model: 'flux-dev', key: 'bfl-secret', seed: 8, width: 992, height: 1440 },
    ]);
  });

  it.each(['status', 'state'] as const)(
    'asks at the address that it was told, until %s is ready',
    async (says) => {
      Object.assign(server.behaviour, { says, before: ['Pending', 'Pending', 'Pending'] });
      expect(await pictures(engine(), smallOrder)).toHaveLength(1);
      expect(server.polls).toHaveLength(4);
      expect(server.polls[0]?.key).toBe('bfl-secret');
    },
  );

  it.each([
    ['Request Moderated', 'content_rejected', false, 'request'],
    ['Content Moderated', 'content_rejected', false, 'request'],
    ['Error', 'internal', true, 'engine'],
    ['Failed', 'internal', true, 'engine'],
    ['Task not found', 'engine_unavailable', true, 'engine'],
    ['Something New', 'internal', true, 'engine'],
  ])('takes %s for the end', async (status, code, retryable, blame) => {
    server.behaviour.before = [status];
    expect(await failure()).toMatchObject({ code, retryable, blame });
    expect(server.polls).toHaveLength(1);
  });

  it.each([
    [402, 'engine_unavailable', true, 'account'],
    [403, 'engine_unavailable', true, 'account'],
    [422, 'engine_rejected', false, 'request'],
    [429, 'engine_unavailable', true, 'load'],
    [503, 'engine_unavailable', true, 'engine'],
  ])('tells what a refused order means: %i', async (status, code, retryable, blame) => {
    server.behaviour.submitReply = { status, body: { detail: 'in their words' } };
    expect(await failure()).toMatchObject({ code, retryable, blame });
    expect(server.orders).toHaveLength(1);
  });

  it.each([429, 503])('goes on asking for an order that is paid while it is answered %i', async (status) => {
    server.behaviour.pollReply = { status, body: 'later' };
    const drawing = begin(engine());
    await vi.waitFor(() => expect(server.polls.length).toBeGreaterThan(3), { timeout: 20_000 });
    server.behaviour.pollReply = undefined;
    await drawing.ended;
    expect(server.orders).toHaveLength(1);
  });

  it('gives up when it stays out of reach', async () => {
    server.behaviour.pollReply = { status: 503, body: 'later' };
    expect(await failureOf(pictures(engine(20), smallOrder))).toMatchObject({ code: 'engine_unavailable' });
  });

  describe('when its worker is gone and another takes the job over', () => {
    const bought = async () => {
      server.behaviour.isEndless = true;
      const drawing = begin(engine());
      await vi.waitFor(() => expect(server.polls.length).toBeGreaterThan(0), { timeout: 20_000 });
      drawing.abort.abort(new HandedOver('shutdown'));
      await drawing.ended.catch(() => undefined);
      server.behaviour.isEndless = false;
      return submissionsIn(drawing.news);
    };

    it('tells where to ask as soon as the order is taken, and the next asks there in place of buying again', async () => {
      const before = await bought();
      expect(before).toMatchObject([
        { picture: 0, engineId: '0', pollingUrl: expect.stringContaining('/elsewhere/') },
      ]);
      expect(await pictures(engine(), smallOrder, before)).toHaveLength(1);
      expect(server.orders).toHaveLength(1);
    });

    it.each(['Task not found', 'Error'])('buys anew what ended there as %s', async (status) => {
      const before = await bought();
      server.behaviour.pollReply = { body: { status } };
      const drawing = begin(engine(), smallOrder, before);
      await vi.waitFor(() => expect(server.orders).toHaveLength(2), { timeout: 20_000 });
      server.behaviour.pollReply = undefined;
      await drawing.ended.catch(() => undefined);
    });

    it('buys anew where the picture is gone by now', async () => {
      const before = await bought();
      server.behaviour.sample = new URL('/sample/99.png', server.url).href;
      const drawing = begin(engine(), smallOrder, before);
      await vi.waitFor(() => expect(server.orders).toHaveLength(2), { timeout: 20_000 });
      await drawing.ended.catch(() => undefined);
    });

    it('does not buy again what was refused for its content', async () => {
      const before = await bought();
      server.behaviour.pollReply = { body: { status: 'Content Moderated' } };
      expect(await failureOf(pictures(engine(), smallOrder, before))).toMatchObject({
        code: 'content_rejected',
      });
      expect(server.orders).toHaveLength(1);
    });
  });

  it('says that it is not well where its key is refused or its credit is spent', async () => {
    const health = () => failureOf(engine().health(new AbortController().signal));
    server.behaviour.credits = 0;
    expect(await health()).toMatchObject({ blame: 'account' });
    server.behaviour.submitReply = { status: 403, body: '' };
    expect(await health()).toMatchObject({ blame: 'account' });
    expect(server.orders).toEqual([]);
  });

  it('stops asking when it is aborted', async () => {
    server.behaviour.isEndless = true;
    const drawing = begin(engine());
    await vi.waitFor(() => expect(server.polls.length).toBeGreaterThan(1), { timeout: 20_000 });
    drawing.abort.abort(new Error('cancelled'));
    await expect(drawing.ended).rejects.toThrow('cancelled');
  });

  it.each(['http://127.0.0.1:1/x', 'https://bfl.ai.evil.example/x', 'http://api.bfl.ai/x', 'nowhere'])(
    'goes neither for the order nor for the picture to %s',
    async (address) => {
      server.behaviour.pollingUrl = address;
      expect(await failure()).toMatchObject({ code: 'internal', retryable: false });
      Object.assign(server.behaviour, { pollingUrl: undefined, sample: address });
      expect(await failure()).toMatchObject({ code: 'internal', retryable: false });
    },
  );

  it.each([
    ['is gone', { status: 404, body: '' }],
    ['lies elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }],
    ['is a page', { body: '<html>' }],
    ['is empty', { body: Buffer.alloc(0) }],
  ])('fails when the picture %s', async (_, sampleReply) => {
    server.behaviour.sampleReply = sampleReply;
    expect(await failure()).toMatchObject({ code: 'internal', retryable: true });
  });
});
