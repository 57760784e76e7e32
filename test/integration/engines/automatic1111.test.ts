import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAutomatic1111Engine } from '../../../src/workers/engines/automatic1111/automatic1111Engine.ts';
import type { ImageEngine } from '../../../src/workers/engines/imageEngine.ts';
import { pictures, smallOrder } from '../../contract/imageEngine.contract.ts';
import { openAutomatic1111Server } from '../../support/engines/automatic1111Server.ts';
import { begin, failureOf } from '../../support/engines/drawing.ts';

const ceiling = { timeout: 20_000, interval: 10 };

describe('the AUTOMATIC1111 engine', () => {
  let server: Awaited<ReturnType<typeof openAutomatic1111Server>>;
  let engine: ImageEngine;
  beforeEach(async () => {
    server = await openAutomatic1111Server();
    const url = new URL(server.url);
    Object.assign(url, { username: 'ada', password: 'lovelace' });
    engine = createAutomatic1111Engine({ url, models: ['loaded', 'dream.safetensors'], pollMs: 5 });
  });
  afterEach(async () => {
    await engine.close();
    await server.close();
  });

  const active = (prompt: string) => vi.waitFor(() => expect(server.activePrompt()).toBe(prompt), ceiling);

  it('signs in with the name and the password of its address', async () => {
    await pictures(engine, smallOrder);
    expect([...server.authorizations]).toEqual([`Basic ${btoa('ada:lovelace')}`]);
  });

  it('changes the model only for an order that names one', async () => {
    await pictures(engine, smallOrder);
    await pictures(engine, { ...smallOrder, model: 'dream.safetensors' });
    expect(server.orders[0]).not.toHaveProperty('override_settings');
    expect(server.orders[1]).toMatchObject({
      override_settings: { sd_model_checkpoint: 'dream.safetensors' },
    });
  });

  it('tells steps and shows previews of this order while it draws', async () => {
    server.behaviour.holdAt = 2;
    const drawing = begin(engine);
    const seen = { step: 2, preview: expect.objectContaining({ width: 64 }) };
    await vi.waitFor(() => expect(drawing.news).toContainEqual(expect.objectContaining(seen)), ceiling);
    server.behaviour.holdAt = null;
    await drawing.ended;
  });

  it('draws without steps at a server that can not say them', async () => {
    server.behaviour.hasProgress = false;
    expect(await pictures(engine, smallOrder)).toHaveLength(1);
  });

  it('sends one order at a time', async () => {
    server.behaviour.holdAt = 2;
    const all = [1, 2, 3].map((seed) => begin(engine, { ...smallOrder, seed, prompt: `sea ${seed}` }));
    await active('sea 1');
    expect(server.orders).toHaveLength(1);
    server.behaviour.holdAt = null;
    await Promise.all(all.map(({ ended }) => ended));
    expect(server.orders.map(({ prompt }) => prompt)).toEqual(['sea 1', 'sea 2', 'sea 3']);
  });

  it('passes over the grid that comes before several pictures', async () => {
    server.behaviour.sendsGrid = true;
    const drawn = await pictures(engine, { ...smallOrder, count: 2 });
    expect(drawn.map(({ width }) => width)).toEqual([64, 64]);
  });

  it('interrupts its order when aborted, and then draws the next', async () => {
    server.behaviour.holdAt = 2;
    const drawing = begin(engine, { ...smallOrder, prompt: 'cancelled' });
    await active('cancelled');
    drawing.abort.abort(new Error('enough'));
    await expect(drawing.ended).rejects.toThrow('enough');
    await vi.waitFor(() => expect(server.finished).toHaveLength(1), ceiling);
    server.behaviour.holdAt = null;
    await pictures(engine, { ...smallOrder, prompt: 'next' });
    expect(server.finished).toEqual([
      { prompt: 'cancelled', interrupted: true },
      { prompt: 'next', interrupted: false },
    ]);
  });

  it('never interrupts the stranger who is drawn before its aborted order', async () => {
    server.behaviour.holdAt = 2;
    server.enqueueStranger('strange');
    const drawing = begin(engine, { ...smallOrder, prompt: 'cancelled' });
    await vi.waitFor(() => expect(server.orders).toHaveLength(1), ceiling);
    drawing.abort.abort(new Error('enough'));
    await expect(drawing.ended).rejects.toThrow('enough');
    expect(server.activePrompt()).toBe('strange');
    Object.assign(server.behaviour, { holdAt: null, stepMs: 20 });
    await vi.waitFor(() => expect(server.finished).toHaveLength(2), ceiling);
    expect(server.finished).toEqual([
      { prompt: 'strange', interrupted: false },
      { prompt: 'cancelled', interrupted: true },
    ]);
  });

  it('leaves the line when aborted before its turn', async () => {
    server.behaviour.holdAt = 2;
    const first = begin(engine, { ...smallOrder, prompt: 'first' });
    await active('first');
    const second = begin(engine, { ...smallOrder, prompt: 'second' });
    const third = begin(engine, { ...smallOrder, prompt: 'third' });
    second.abort.abort(new Error('enough'));
    await expect(second.ended).rejects.toThrow('enough');
    server.behaviour.holdAt = null;
    await Promise.all([first.ended, third.ended]);
    expect(server.orders.map(({ prompt }) => prompt)).toEqual(['first', 'third']);
  });

  it.each([
    [500, { error: 'OutOfMemoryError', detail: '', errors: 'CUDA' }, 'out_of_memory', true, 'engine'],
    [500, { error: 'RuntimeError', errors: 'shapes' }, 'engine_unavailable', true, 'engine'],
    [401, { detail: 'Incorrect password' }, 'engine_unavailable', true, 'account'],
    [404, { detail: 'Sampler not found' }, 'engine_rejected', false, 'request'],
    [422, { detail: [{ loc: ['steps'] }] }, 'engine_rejected', false, 'request'],
  ])('tells what a refusal means: %i %j', async (status, body, code, retryable, blame) => {
    server.behaviour.reply = { status, body };
    expect(await failureOf(pictures(engine, smallOrder))).toMatchObject({ code, retryable, blame });
  });

  it.each([
    ['no picture', []],
    ['an empty picture', ['']],
    ['a page in place of the picture', [Buffer.from('<html>').toString('base64')]],
  ])('fails when it is sent %s', async (_, images) => {
    server.behaviour.images = images;
    expect(await failureOf(pictures(engine, smallOrder))).toMatchObject({
      code: 'internal',
      retryable: true,
    });
  });

  it('fails as unreachable when the server goes away while it draws', async () => {
    server.behaviour.holdAt = 2;
    const drawing = begin(engine, { ...smallOrder, prompt: 'sea' });
    await active('sea');
    await server.close();
    expect(await failureOf(drawing.ended)).toMatchObject({ code: 'engine_unavailable', retryable: true });
  });
});
