import { z } from 'zod';
import { addressWithin, download, type Reach } from '../http/download.ts';
import { type Answer, below, type Call, exchange, megabytes } from '../http/exchange.ts';
import { askHealth } from '../http/health.ts';
import { modelFor } from '../http/models.ts';
import { checkedPicture } from '../http/pictures.ts';
import { parsed, refusalOf } from '../http/refusals.ts';
import {
  type DrawingNews,
  type DrawingOrder,
  EngineError,
  type ImageEngine,
  type Picture,
  type Submission,
  seedOf,
} from '../imageEngine.ts';
import { pause } from '../waiting.ts';

export interface BflSettings {
  readonly url: URL;
  readonly apiKey: string;
  /** At least one; the first draws what names no model. */
  readonly models: readonly string[];
  /** How often it is asked whether the picture is done, in milliseconds. */
  readonly pollMs?: number;
  readonly callMs?: number;
  /** How long it may be out of reach after it has taken an order, which is paid already. */
  readonly patienceMs?: number;
}

const name = 'bfl';

/** Which region draws, and where its pictures lie, the API says in each answer. */
const hosts = ['bfl.ai', 'blob.core.windows.net'];

const accepted = z.object({ id: z.string().min(1), polling_url: z.string().max(2_000) });
const account = z.object({ credits: z.number() });
const polled = z.object({
  status: z.string().optional(),
  state: z.string().optional(),
  result: z.object({ sample: z.string().optional() }).nullish(),
});

/**
 * The FLUX API of Black Forest Labs: an order is handed in, then asked for at the address that the answer
 * names, until it is ready. It tells no steps and can't be called off; what was handed in is paid. So where to ask
 * is told at once: after a crash the order is asked for again and not bought again.
 */
export const createBflEngine = (settings: BflSettings): ImageEngine => ({
  name,
  models: settings.models,
  draw: (order, signal, submitted = []) => draw(settings, order, submitted, signal),
  async health(signal) {
    const { url, apiKey } = settings;
    const answer = await askHealth('BFL', { url: below(url, 'v1/credits'), headers: keyed(apiKey), signal });
    if (parsed('BFL', answer, account).credits > 0) return;
    throw new EngineError('engine_unavailable', 'BFL has no credit left', true, { blame: 'account' });
  },
  close: async () => {},
});

async function* draw(
  settings: BflSettings,
  order: DrawingOrder,
  submitted: readonly Submission[],
  signal: AbortSignal,
): AsyncGenerator<DrawingNews> {
  signal.throwIfAborted();
  const model = modelFor(name, settings.models, order.model);
  const steps = order.steps * order.count;
  const pictures: Picture[] = [];
  for (let index = 0; index < order.count; index++) {
    yield { kind: 'progress', step: index * order.steps, steps, stage: 'drawing', preview: null };
    const seed = seedOf(order, index);
    const size = { width: sideFor(order.width), height: sideFor(order.height) };
    const before = submitted.find(({ picture }) => picture === index)?.pollingUrl ?? null;
    const bought = before === null ? null : await awaitAgain(settings, before, { seed, size }, signal);
    if (bought !== null) {
      pictures.push(bought);
      continue;
    }
    const json = { prompt: order.prompt, ...size, seed, output_format: 'png' };
    const answer = await call(settings, below(settings.url, `v1/${model}`), signal, { method: 'POST', json });
    const { id, polling_url: pollingUrl } = parsed('BFL', answer, accepted);
    yield { kind: 'submitted', picture: index, engineId: id, pollingUrl };
    pictures.push(await awaitPicture(settings, pollingUrl, { seed, size }, signal));
  }
  yield { kind: 'finished', pictures, model };
}

interface Ordered {
  readonly seed: number;
  readonly size: { readonly width: number; readonly height: number };
}

/** Waits for the picture of an order that was handed in. */
const awaitPicture = async (
  settings: BflSettings,
  pollingUrl: string,
  ordered: Ordered,
  signal: AbortSignal,
): Promise<Picture> => {
  const reach: Reach = { engine: settings.url, hosts };
  const address = await sampleOf(settings, addressWithin(pollingUrl, reach), signal);
  const bytes = await download({ address, reach, timeoutMs: 60_000, signal });
  return checkedPicture(bytes, ordered);
};

/** The same for an order of an earlier attempt; null where it ended there without a picture that could be had. */
const awaitAgain = async (...asked: Parameters<typeof awaitPicture>): Promise<Picture | null> => {
  try {
    return await awaitPicture(...asked);
  } catch (cause) {
    if (cause instanceof EngineError && cause.code !== 'content_rejected' && !isPassing(cause)) return null;
    throw cause;
  }
};

/** It takes multiples of 32 from 256 to 1440. */
const sideFor = (ordered: number): number => Math.min(1_440, Math.max(256, Math.round(ordered / 32) * 32));

const keyed = (apiKey: string) => ({ 'x-key': apiKey, accept: 'application/json' });

const call = async (
  { apiKey, callMs = 30_000 }: BflSettings,
  url: URL,
  signal: AbortSignal,
  more: Partial<Call> = {},
): Promise<Answer> => {
  const headers = keyed(apiKey);
  const answer = await exchange({ url, headers, timeoutMs: callMs, maxBytes: megabytes(4), signal, ...more });
  if (answer.status !== 200) throw refusalOf('BFL', answer);
  return answer;
};

/** Asks until the picture is ready, and answers where it lies. */
const sampleOf = async (settings: BflSettings, pollingUrl: URL, signal: AbortSignal): Promise<string> => {
  const { pollMs = 1_000, patienceMs = 60_000 } = settings;
  let heardAt = performance.now();
  for (;;) {
    try {
      const sample = readySample(parsed('BFL', await call(settings, pollingUrl, signal), polled));
      if (sample !== null) return sample;
      heardAt = performance.now();
    } catch (cause) {
      if (!isPassing(cause) || performance.now() - heardAt > patienceMs) throw cause;
    }
    await pause(pollMs, signal);
  }
};

/** Out of reach or busy: to give up now would be to pay for the picture again. */
const isPassing = (cause: unknown): boolean =>
  cause instanceof EngineError &&
  cause.code === 'engine_unavailable' &&
  cause.blame !== 'account' &&
  !(cause instanceof Ended);

/** The order is over at the API, without a picture. */
class Ended extends EngineError {}

const readySample = ({ status, state, result }: z.infer<typeof polled>): string | null => {
  const told = status ?? state ?? 'nothing';
  const message = `BFL ended an order as ${told.slice(0, 100)}`;
  switch (told) {
    case 'Pending':
      return null;
    case 'Ready':
      if (result?.sample) return result.sample;
      throw new EngineError('internal', 'BFL said that a picture is ready, and not where', true);
    case 'Request Moderated':
    case 'Content Moderated':
      throw new EngineError('content_rejected', message, false);
    case 'Task not found':
      throw new Ended('engine_unavailable', message, true);
    default:
      throw new EngineError('internal', message, true);
  }
};
