import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOpenaiEngine } from '../../../src/workers/engines/openai/openaiEngine.ts';
import { allNews, pictures, smallOrder } from '../../contract/imageEngine.contract.ts';
import { begin, failureOf } from '../../support/engines/drawing.ts';
import { pictureOf } from '../../support/engines/engineServer.ts';
import { openOpenaiServer } from '../../support/engines/openaiServer.ts';

describe('the OpenAI engine', () => {
  let server: Awaited<ReturnType<typeof openOpenaiServer>>;
  beforeEach(async () => {
    server = await openOpenaiServer();
  });
  afterEach(() => server.close());

  const models = ['gpt-image-1', 'gpt-image-2', 'dall-e-3', 'local-model'];
  const engine = () => createOpenaiEngine({ url: server.url, models, apiKey: 'sk-secret', callMs: 20_000 });
  const order = (model: string, more = {}) => ({ ...smallOrder, model, ...more });
  const failure = (model = 'gpt-image-1') => failureOf(pictures(engine(), order(model)));

  it('shows partial images as previews, each a step further', async () => {
    const news = await allNews(engine(), order('gpt-image-1', { steps: 30 }));
    expect(news.map((told) => (told.kind === 'progress' ? [told.step, told.preview !== null] : []))).toEqual([
      [0, false],
      [10, true],
      [20, true],
      [],
    ]);
  });

  it('is content with fewer partial images than it asked for', async () => {
    server.behaviour.partials = 0;
    expect(await pictures(engine(), order('gpt-image-1'))).toHaveLength(1);
  });

  it('asks for each picture by itself, with its key, and says nothing of seeds and steps', async () => {
    await pictures(engine(), order('gpt-image-1', { count: 3, negativePrompt: 'fog' }));
    expect(server.asked).toHaveLength(3);
    expect(server.asked[0]).toEqual({
      ...{ model: 'gpt-image-1', n: 1, size: '1024x1536', stream: true, partial_images: 2 },
      ...{ prompt: 'a lighthouse at sunset\n\nWithout: fog', authorization: 'Bearer sk-secret' },
    });
  });

  it.each([
    ['gpt-image-1', 1024, 768, '1536x1024'],
    ['gpt-image-1', 512, 512, '1024x1024'],
    ['gpt-image-2', 1000, 64, '1008x336'],
    ['dall-e-3', 600, 1024, '1024x1792'],
    ['local-model', 72, 64, '72x64'],
  ])('asks %s for %i × %i as what it can draw', async (model, width, height, size) => {
    await pictures(engine(), order(model, { width, height }));
    expect(server.asked[0]?.size).toBe(size);
  });

  it('takes an answer that is no stream from a server that does not stream', async () => {
    server.behaviour.streams = false;
    expect(await pictures(engine(), order('gpt-image-1'))).toHaveLength(1);
  });

  it('fetches a picture that lies at the server itself', async () => {
    server.behaviour.address = new URL('images/1.png', server.url).href;
    expect(await pictures(engine(), order('local-model'))).toHaveLength(1);
    expect(server.fetched).toEqual(['/images/1.png']);
  });

  it.each([
    ['another port of this machine', () => 'http://127.0.0.1:1/secret'],
    ['the address that clouds tell their secrets at', () => 'http://169.254.169.254/latest/meta-data'],
    ['a host that only looks like one of the list', () => 'https://blob.core.windows.net.evil.example/x'],
    ['a file', () => 'file:///etc/passwd'],
    ['a password in it', () => `http://ada:secret@${server.url.host}/1.png`],
    ['no address at all', () => 'soon'],
  ])('does not fetch from %s', async (_, address) => {
    server.behaviour.address = address();
    expect(await failure('local-model')).toMatchObject({ code: 'internal', retryable: false });
    expect(server.fetched).toEqual([]);
  });

  it('hangs up when it is aborted', async () => {
    server.behaviour.isEndless = true;
    const drawing = begin(engine(), order('gpt-image-1'));
    await vi.waitFor(() => expect(drawing.news.length).toBeGreaterThan(2), { timeout: 20_000 });
    drawing.abort.abort(new Error('cancelled'));
    await expect(drawing.ended).rejects.toThrow('cancelled');
    await vi.waitFor(() => expect(server.hungUp()).toBe(1), { timeout: 20_000 });
    expect(server.asked).toHaveLength(1);
  });

  it('fails when drawing takes longer than its limit', async () => {
    server.behaviour.isEndless = true;
    const hasty = createOpenaiEngine({ url: server.url, models, callMs: 50 });
    expect(await failureOf(pictures(hasty, order('gpt-image-1')))).toMatchObject({
      ...{ code: 'engine_unavailable', retryable: true, blame: 'engine' },
    });
  });

  it.each([
    [400, 'moderation_blocked', 'content_rejected', false, 'request'],
    [400, 'invalid_value', 'engine_rejected', false, 'request'],
    [401, 'invalid_api_key', 'engine_unavailable', true, 'account'],
    [429, 'insufficient_quota', 'engine_unavailable', true, 'account'],
    [429, 'rate_limit_exceeded', 'engine_unavailable', true, 'load'],
    [500, 'server_error', 'engine_unavailable', true, 'engine'],
  ] as const)('tells what %i %s means, and asks once', async (status, code, expected, retryable, blame) => {
    const error = { message: 'in their words', type: 'some_error', param: null, code };
    const headers = { 'retry-after-ms': '1500', 'x-request-id': 'req_1' };
    server.behaviour.reply = { status, body: { error }, headers };
    const told = await failure();
    expect(told).toMatchObject({ code: expected, retryable, blame });
    expect(told.message).toContain('req_1');
    expect(told.message).not.toContain('sk-secret');
    expect(told.retryAfterMs).toBe(blame === 'load' ? 1_500 : null);
    expect(server.asked).toHaveLength(1);
  });

  const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
  it.each([
    [
      'an event error',
      [event({ type: 'error', code: 'moderation_blocked', message: 'no' })],
      'content_rejected',
    ],
    [
      'an object with an error',
      [event({ error: { message: 'oh', code: 'server_error' } })],
      'engine_unavailable',
    ],
    ['nothing', [], 'engine_unavailable'],
    ['the end', ['data: [DONE]\n\n'], 'engine_unavailable'],
    ['what is no JSON', ['data: <html>\n\n'], 'internal'],
    ['half a picture', [event(completed(pictureOf(7, 64, 96).subarray(0, 100)))], 'internal'],
  ])('fails when its stream ends in %s', async (_, lastEvents, code) => {
    server.behaviour.lastEvents = lastEvents;
    expect(await failure()).toMatchObject({ code });
  });

  it('reads an event whose last empty line is missing', async () => {
    server.behaviour.lastEvents = [event(completed(pictureOf(7, 64, 96))).trimEnd()];
    expect(await pictures(engine(), order('gpt-image-1'))).toHaveLength(1);
  });

  it.each([
    ['a page', '<html>Bad gateway</html>'],
    ['no data', { created: 1, data: [] }],
    ['an empty picture', { data: [{ b64_json: '' }] }],
    ['a text that is no picture', { data: [{ b64_json: 'aGVsbG8=' }] }],
  ])('fails when it is answered with %s', async (_, body) => {
    server.behaviour.reply = { body };
    expect(await failure('local-model')).toMatchObject({ code: 'internal', retryable: true });
  });
});

function completed(bytes: Buffer) {
  return { type: 'image_generation.completed', b64_json: bytes.toString('base64') };
}
