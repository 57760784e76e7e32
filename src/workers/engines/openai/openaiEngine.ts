import { download } from '../http/download.ts';
import { type Answer, below, type Connected, collect, connect, megabytes } from '../http/exchange.ts';
import { askHealth } from '../http/health.ts';
import { modelFor } from '../http/models.ts';
import { checkedPicture, previewOf } from '../http/pictures.ts';
import { parsed } from '../http/refusals.ts';
import {
  type DrawingNews,
  type DrawingOrder,
  EngineError,
  type ImageEngine,
  type Picture,
  seedOf,
} from '../imageEngine.ts';
import { drawn, readEvent, refused } from './answers.ts';
import { serverEvents } from './serverEvents.ts';
import { sizeFor } from './sizes.ts';

export interface OpenaiSettings {
  /** Without `/v1`. */
  readonly url: URL;
  /** Servers of one's own may need none. */
  readonly apiKey?: string;
  /** At least one; the first draws what names no model. */
  readonly models: readonly string[];
  /** How long one picture may take. */
  readonly callMs?: number;
}

/** Each costs extra; two are enough to see where it is going. */
const partials = 2;

/** Where OpenAI keeps pictures that it answers by address. Servers of one's own answer with their own address. */
const hosts = ['blob.core.windows.net'];

const name = 'openai';

/**
 * The Images API of OpenAI, and servers that speak it. It has no queue, no steps and no seed: pictures of one
 * request are asked for one by one, progress is what the partial images show, and a picture can't be drawn
 * again. A request is never repeated here, for a slow success would be paid twice; to stop is to hang up,
 * after which it may still be billed.
 */
export const createOpenaiEngine = (settings: OpenaiSettings): ImageEngine => ({
  name,
  models: settings.models,
  draw: (order, signal) => draw(settings, order, signal),
  async health(signal) {
    const { url } = settings;
    await askHealth('the images API', { url: below(url, 'v1/models'), headers: keyOf(settings), signal });
  },
  close: async () => {},
});

async function* draw(
  settings: OpenaiSettings,
  order: DrawingOrder,
  signal: AbortSignal,
): AsyncGenerator<DrawingNews> {
  signal.throwIfAborted();
  const model = modelFor(name, settings.models, order.model);
  const pictures: Picture[] = [];
  for (let index = 0; index < order.count; index++)
    pictures.push(yield* drawOne(settings, order, model, index, signal));
  yield { kind: 'finished', pictures, model };
}

async function* drawOne(
  settings: OpenaiSettings,
  order: DrawingOrder,
  model: string,
  index: number,
  signal: AbortSignal,
): AsyncGenerator<DrawingNews, Picture> {
  const seed = seedOf(order, index);
  const progress = (share: number, preview: Picture | null): DrawingNews => {
    const step = index * order.steps + Math.floor(share * order.steps);
    return { kind: 'progress', step, steps: order.steps * order.count, stage: 'drawing', preview };
  };
  yield progress(0, null);
  const answer = await ask(settings, order, model, signal);
  if (!isStream(answer)) {
    const bytes = await pictureIn(await collect(answer), settings, signal);
    return checkedPicture(bytes, { seed });
  }
  for await (const data of serverEvents(answer.body)) {
    const news = readEvent(data);
    if (news?.kind === 'completed') return checkedPicture(news.bytes, { seed });
    if (news?.kind !== 'partial') continue;
    const share = Math.min(news.index + 1, partials) / (partials + 1);
    yield progress(share, await previewOf(news.bytes, seed));
  }
  throw new EngineError('engine_unavailable', 'the images API ended its stream without a picture', true);
}

const keyOf = ({ apiKey }: OpenaiSettings): Record<string, string> =>
  apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };

const ask = async (
  settings: OpenaiSettings,
  order: DrawingOrder,
  model: string,
  signal: AbortSignal,
): Promise<Connected> => {
  const { url, callMs = 600_000 } = settings;
  const { width, height } = sizeFor(model, order);
  const answer = await connect({
    url: below(url, 'v1/images/generations'),
    method: 'POST',
    headers: keyOf(settings),
    json: { model, prompt: promptOf(order), n: 1, size: `${width}x${height}`, ...optionsOf(model) },
    timeoutMs: callMs,
    maxBytes: megabytes(128),
    signal,
  });
  if (answer.status !== 200) throw refused(await collect(answer));
  return answer;
};

/** Servers refuse options that a model doesn't know, and not each of them streams. */
const optionsOf = (model: string): object => {
  if (model.startsWith('gpt-image-')) return { stream: true, partial_images: partials };
  return model.startsWith('dall-e-') ? { response_format: 'b64_json' } : {};
};

/** There is no field for what shall not be seen; these models understand a sentence. */
const promptOf = ({ prompt, negativePrompt }: DrawingOrder): string =>
  negativePrompt === null || negativePrompt === '' ? prompt : `${prompt}\n\nWithout: ${negativePrompt}`;

const isStream = ({ headers }: Connected): boolean =>
  headers['content-type']?.startsWith('text/event-stream') ?? false;

const pictureIn = async (answer: Answer, { url }: OpenaiSettings, signal: AbortSignal): Promise<Buffer> => {
  const [first] = parsed('the images API', answer, drawn).data;
  if (first?.b64_json) return Buffer.from(first.b64_json, 'base64');
  if (first?.url)
    return download({ address: first.url, reach: { engine: url, hosts }, timeoutMs: 60_000, signal });
  throw new EngineError(
    'internal',
    'the images API answered neither with a picture nor with its address',
    true,
  );
};
