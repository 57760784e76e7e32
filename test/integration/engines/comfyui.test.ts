import { createCanvas } from '@napi-rs/canvas';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createComfyuiEngine } from '../../../src/workers/engines/comfyui/comfyuiEngine.ts';
import { fill, readWorkflow } from '../../../src/workers/engines/comfyui/workflow.ts';
import { HandedOver, type ImageEngine } from '../../../src/workers/engines/imageEngine.ts';
import { allNews, pictures, smallOrder } from '../../contract/imageEngine.contract.ts';
import { openComfyuiServer } from '../../support/engines/comfyuiServer.ts';
import { begin, failureOf, submissionsIn } from '../../support/engines/drawing.ts';
import { pictureOf } from '../../support/engines/engineServer.ts';

const ceiling = { timeout: 20_000, interval: 10 };

describe('the ComfyUI engine', () => {
  let server: Awaited<ReturnType<typeof openComfyuiServer>>;
  let engine: ImageEngine;
  beforeEach(async () => {
    server = await openComfyuiServer();
    engine = engineWith({});
  });
  afterEach(async () => {
    await engine.close();
    await server.close();
  });

  const engineWith = (settings: { callMs?: number; patienceMs?: number }) =>
    createComfyuiEngine({
      ...{ url: server.url, workflows: [readWorkflow('sdxl'), readWorkflow('flux')] },
      ...{ pollMs: 10, reconnectMs: 10, ...settings },
    });
  const held = async (order = smallOrder) => {
    server.behaviour.holdAt = 2;
    const drawing = begin(engine, order);
    await vi.waitFor(() => expect(server.runningId()).not.toBeNull(), ceiling);
    return drawing;
  };
  const previews = async () =>
    (await allNews(engine, { ...smallOrder, steps: 30 })).flatMap((told) =>
      told.kind === 'progress' && told.preview !== null ? [told.preview] : [],
    );

  it('sends prompt, negative prompt, seed, size and steps in the places of the workflow that name them', async () => {
    await pictures(engine, { ...smallOrder, negativePrompt: 'fog', prompt: 'a {{seed}} in "quotes"' });
    const sent = server.calls.find(({ path }) => path === 'POST /prompt');
    const { prompt: graph } = (sent?.json ?? { prompt: {} }) as {
      prompt: Record<string, { inputs: object }>;
    };
    expect(graph['2']?.inputs).toMatchObject({ text: 'a {{seed}} in "quotes"' });
    expect(graph['3']?.inputs).toMatchObject({ text: 'fog' });
    expect(graph['4']?.inputs).toEqual({ width: 64, height: 96, batch_size: 1 });
    expect(graph['5']?.inputs).toMatchObject({ seed: 7, steps: 4 });
  });

  it('draws by the workflow that the model names', async () => {
    const last = (await allNews(engine, { ...smallOrder, model: 'flux' })).at(-1);
    expect(last).toMatchObject({ kind: 'finished', model: 'flux' });
    expect(JSON.stringify(server.calls)).toContain('FluxGuidance');
  });

  it.each([true, false])('shows previews, with metadata in their frames: %s', async (previewMetadata) => {
    Object.assign(server.behaviour, { previewMetadata, stepMs: 5 });
    expect((await previews()).length).toBeGreaterThan(0);
  });

  it('shows no preview that is the picture itself, whose removal would remove the picture', async () => {
    server.behaviour.stepMs = 5;
    const [picture] = await pictures(engine, { ...smallOrder, steps: 30 });
    for (const { bytes } of await previews())
      expect(Buffer.from(bytes).equals(Buffer.from(picture?.bytes ?? []))).toBe(false);
  });

  it('finishes by the history when the socket is silent', async () => {
    server.behaviour.isSilent = true;
    expect(await pictures(engine, smallOrder)).toHaveLength(1);
  });

  it('finishes by the history when no socket is accepted', async () => {
    server.behaviour.refusesSockets = true;
    expect(await pictures(engine, smallOrder)).toHaveLength(1);
  });

  it('connects again after the socket was cut, and goes on telling steps', async () => {
    const drawing = await held();
    server.cutSockets();
    await vi.waitFor(() => expect(server.socketCount()).toBe(1), ceiling);
    server.behaviour.holdAt = null;
    await drawing.ended;
    expect(drawing.news.at(-1)?.kind).toBe('finished');
  });

  it('leaves no socket behind', async () => {
    await pictures(engine, { ...smallOrder, count: 2 });
    await vi.waitFor(() => expect(server.socketCount()).toBe(0), ceiling);
  });

  it('takes the progress of other people’s prompts for nothing of its own', async () => {
    server.behaviour.isNoisy = true;
    const drawing = await held();
    await vi.waitFor(() => expect(drawing.news.length).toBeGreaterThan(0), ceiling);
    for (const told of drawing.news) expect(told).not.toMatchObject({ step: smallOrder.steps });
    server.behaviour.holdAt = null;
    await drawing.ended;
  });

  it('draws once although the answer to its prompt was lost', async () => {
    server.behaviour.losesAnswer = true;
    expect(await pictures(engine, smallOrder)).toHaveLength(1);
    expect(server.drawn).toHaveLength(1);
  });

  it('follows a server that gives ids of its own, and tells them', async () => {
    server.behaviour.ownIds = true;
    const news = await allNews(engine, smallOrder);
    expect(news.at(-1)?.kind).toBe('finished');
    expect(submissionsIn(news).map(({ engineId }) => engineId)).toEqual([
      expect.any(String),
      server.drawn[0],
    ]);
  });

  describe('when its worker is gone and another takes the job over', () => {
    /** Taken by the server, of a drawing that is left behind without another word. */
    const leftBehind = async (order = smallOrder) => {
      const drawing = await held(order);
      drawing.abort.abort(new HandedOver('handedOver'));
      await expect(drawing.ended).rejects.toThrow(HandedOver);
      return submissionsIn(drawing.news);
    };
    const sent = () => server.calls.filter(({ path }) => path === 'POST /prompt').length;

    it('knows the id of a prompt before the prompt is sent', async () => {
      for await (const news of engine.draw(smallOrder, new AbortController().signal)) {
        expect(news).toMatchObject({ kind: 'submitted', picture: 0, pollingUrl: null });
        break;
      }
      expect(sent()).toBe(0);
    });

    it('watches the prompt that runs there, steps and all, and sends none', async () => {
      const before = await leftBehind();
      const drawing = begin(engine, smallOrder, before);
      // It looks there again and again, so its socket is connected by now.
      const looked = () => server.calls.filter(({ path }) => path.startsWith('GET /history')).length;
      const already = looked();
      await vi.waitFor(() => expect(looked()).toBeGreaterThan(already + 1), ceiling);
      server.behaviour.holdAt = 4;
      await vi.waitFor(
        () => expect(drawing.news).toContainEqual(expect.objectContaining({ kind: 'progress', step: 3 })),
        ceiling,
      );
      server.behaviour.holdAt = null;
      await drawing.ended;
      expect(sent()).toBe(1);
      expect(server.drawn).toHaveLength(1);
    });

    it('fetches the picture that was drawn meanwhile', async () => {
      const before = await leftBehind();
      server.behaviour.holdAt = null;
      await vi.waitFor(() => expect(server.drawn).toHaveLength(1), ceiling);
      expect(await pictures(engine, smallOrder, before)).toHaveLength(1);
      expect(sent()).toBe(1);
    });

    it('of several pictures draws those alone that were not sent yet', async () => {
      const order = { ...smallOrder, count: 3 };
      const drawing = begin(engine, order);
      await vi.waitFor(() => expect(server.drawn.length).toBeGreaterThan(0), ceiling);
      drawing.abort.abort(new HandedOver('shutdown'));
      await drawing.ended.catch(() => undefined);
      const drawn = await pictures(engine, order, submissionsIn(drawing.news));
      expect(drawn.map(({ seed }) => seed)).toEqual([7, 8, 9]);
      await vi.waitFor(() => expect(server.drawn).toHaveLength(3), ceiling);
      expect(sent()).toBe(3);
    });

    it.each([
      ['never arrived', () => undefined],
      ['was forgotten in a restart', () => server.restart()],
      ['was stopped there', () => server.interruptAll()],
    ])('draws anew what %s', async (_, happens) => {
      const never = [{ picture: 0, engineId: crypto.randomUUID(), pollingUrl: null }];
      const before = _ === 'never arrived' ? never : await leftBehind();
      happens();
      server.behaviour.holdAt = null;
      await vi.waitFor(() => expect(server.runningId()).toBeNull(), ceiling);
      expect(await pictures(engine, smallOrder, before)).toHaveLength(1);
      expect(server.drawn).toHaveLength(1);
    });

    it('draws anew what failed there', async () => {
      const before = await leftBehind();
      Object.assign(server.behaviour, { failure: { type: 'ValueError', message: 'no' }, holdAt: null });
      await vi.waitFor(() => expect(server.runningId()).toBeNull(), ceiling);
      server.behaviour.failure = null;
      expect(await pictures(engine, smallOrder, before)).toHaveLength(1);
      expect(sent()).toBe(2);
    });

    it('fails, and keeps the prompt for the next, while the server can not be asked', async () => {
      const before = await leftBehind();
      await server.close();
      expect(await failureOf(pictures(engine, smallOrder, before))).toMatchObject({
        code: 'engine_unavailable',
        retryable: true,
      });
    });
  });

  it('stops its own running prompt when aborted, and nobody else’s', async () => {
    const drawing = await held();
    const stranger = server.enqueueStranger(
      fill(readWorkflow('sdxl'), { ...smallOrder, negativePrompt: '', batch: 1 }),
    );
    drawing.abort.abort(new Error('cancelled'));
    await expect(drawing.ended).rejects.toThrow('cancelled');
    server.behaviour.holdAt = null;
    await vi.waitFor(() => expect(server.drawn).toEqual([stranger]), ceiling);
  });

  it('takes its waiting prompt off the queue when aborted, while the stranger before it draws on', async () => {
    server.behaviour.holdAt = 2;
    const stranger = server.enqueueStranger(
      fill(readWorkflow('sdxl'), { ...smallOrder, negativePrompt: '', batch: 1 }),
    );
    const drawing = begin(engine);
    await vi.waitFor(() => expect(server.pendingIds()).toHaveLength(1), ceiling);
    drawing.abort.abort(new Error('cancelled'));
    await expect(drawing.ended).rejects.toThrow('cancelled');
    expect(server.pendingIds()).toHaveLength(0);
    server.behaviour.holdAt = null;
    await vi.waitFor(() => expect(server.drawn).toEqual([stranger]), ceiling);
  });

  it('fails as unreachable, and to the engine’s blame, when the server was restarted meanwhile', async () => {
    const drawing = await held();
    server.restart();
    expect(await failureOf(drawing.ended)).toMatchObject({
      ...{ code: 'engine_unavailable', retryable: true, blame: 'engine' },
      message: expect.stringContaining('has lost prompt'),
    });
  });

  it('fails as unreachable when nobody listens at its address', async () => {
    await server.close();
    expect(await failureOf(pictures(engine, smallOrder))).toMatchObject({
      ...{ code: 'engine_unavailable', retryable: true, blame: 'engine' },
    });
  });

  it('is patient with a server that can not answer for a while', async () => {
    const drawing = await held();
    server.behaviour.historyReply = { status: 503, body: 'loading' };
    const asked = () => server.calls.filter(({ path }) => path.startsWith('GET /history')).length;
    const before = asked();
    await vi.waitFor(() => expect(asked()).toBeGreaterThan(before + 3), ceiling);
    server.behaviour.historyReply = undefined;
    server.behaviour.holdAt = null;
    await drawing.ended;
    expect(drawing.news.at(-1)?.kind).toBe('finished');
  });

  it.each([
    ['hangs', null],
    ['stays away', { status: 503, body: 'loading' }],
    ['answers with a page', { body: '<html>' }],
  ])('fails when the server %s for longer than it is patient', async (_, historyReply) => {
    server.behaviour.historyReply = historyReply;
    const failure = await failureOf(pictures(engineWith({ callMs: 50, patienceMs: 60 }), smallOrder));
    expect(failure).toMatchObject({ retryable: true, blame: 'engine' });
  });

  it.each([
    [400, 'engine_rejected', false, 'request'],
    [401, 'engine_unavailable', true, 'account'],
    [429, 'engine_unavailable', true, 'load'],
    [500, 'engine_unavailable', true, 'engine'],
  ] as const)('tells what a refused prompt means: %i', async (status, code, retryable, blame) => {
    const body = { error: { type: 'prompt_outputs_failed_validation' }, node_errors: {} };
    server.behaviour.promptReply = { status, body, headers: { 'retry-after': '7' } };
    const failure = await failureOf(pictures(engine, smallOrder));
    expect(failure).toMatchObject({ code, retryable, blame });
    expect(failure.retryAfterMs).toBe(status === 429 ? 7_000 : null);
  });

  it.each([
    ['torch.OutOfMemoryError', 'Allocation on device', 'out_of_memory'],
    ['RuntimeError', 'CUDA out of memory', 'out_of_memory'],
    ['ValueError', 'shapes do not match', 'internal'],
  ])('tells what an execution error means: %s, %s', async (type, message, code) => {
    server.behaviour.failure = { type, message };
    expect(await failureOf(pictures(engine, smallOrder))).toMatchObject({ code, blame: 'engine' });
  });

  it('lets another attempt draw what somebody stopped in ComfyUI’s own page, without blame', async () => {
    const drawing = await held();
    server.interruptAll();
    expect(await failureOf(drawing.ended)).toMatchObject({ retryable: true, blame: 'request' });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['an error page', Buffer.from('<html>Bad gateway</html>')],
    ['half a picture', pictureOf(7, 64, 96).subarray(0, 120)],
    ['a picture of a million pixels a side', hugePng()],
  ])('fails when it is sent %s in place of the picture', async (_, body) => {
    server.behaviour.viewReply = { body };
    expect(await failureOf(pictures(engine, smallOrder))).toMatchObject({
      code: 'internal',
      retryable: true,
    });
  });

  it('fails when the picture has another size than was ordered', async () => {
    server.behaviour.viewReply = { body: createCanvas(64, 64).toBuffer('image/png') };
    expect(await failureOf(pictures(engine, smallOrder))).toMatchObject({ code: 'engine_rejected' });
  });

  it('fails when the file that the history names is gone', async () => {
    server.behaviour.viewReply = { status: 404, body: '' };
    expect(await failureOf(pictures(engine, smallOrder))).toMatchObject({
      code: 'internal',
      retryable: true,
    });
  });

  it.each([
    [503, 'engine'],
    [401, 'account'],
  ] as const)('says that it is not well where its server answers %i', async (status, blame) => {
    server.behaviour.statsReply = { status, body: '' };
    expect(await failureOf(engine.health(new AbortController().signal))).toMatchObject({ blame });
  });

  it('says that it is not well where nobody listens', async () => {
    await server.close();
    expect(await failureOf(engine.health(new AbortController().signal))).toMatchObject({ blame: 'engine' });
  });

  it('signs in with the name and the password of its address, at its routes and its socket', async () => {
    const url = new URL(server.url);
    url.username = 'ada';
    url.password = 'se cret';
    const signedIn = createComfyuiEngine({ url, workflows: [readWorkflow('sdxl')], pollMs: 10 });
    expect(await pictures(signedIn, smallOrder)).toHaveLength(1);
    await signedIn.health(new AbortController().signal);
    await signedIn.close();
    expect([...server.authorizations]).toEqual([`Basic ${Buffer.from('ada:se cret').toString('base64')}`]);
  });

  it('follows no redirect, for it could lead into our own network', async () => {
    server.behaviour.viewReply = { status: 302, headers: { location: `${server.url}queue` }, body: '' };
    await failureOf(pictures(engine, smallOrder));
    expect(server.calls.map(({ path }) => path)).not.toContain('GET /queue');
  });
});

/** A header that promises a picture which would need terabytes. */
function hugePng(): Buffer {
  const png = pictureOf(7, 64, 96);
  png.writeUInt32BE(1_000_000, 16);
  png.writeUInt32BE(1_000_000, 20);
  return png;
}
