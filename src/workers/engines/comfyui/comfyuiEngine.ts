import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type Bell, createBell } from '../../../projections/bell.ts';
import { checkedPicture, previewOf } from '../http/pictures.ts';
import {
  type DrawingNews,
  type DrawingOrder,
  EngineError,
  type ImageEngine,
  type Picture,
} from '../imageEngine.ts';
import { orAborted } from '../waiting.ts';
import { type Hint, listenForHints } from './hints.ts';
import { pictureFile } from './outcome.ts';
import { type ComfyuiServer, comfyuiServer, type HistoryEntry } from './server.ts';
import { unseen, type View, withHint } from './view.ts';
import { fill, type Graph, type Workflow } from './workflow.ts';

export interface ComfyuiSettings {
  readonly url: URL;
  /** At least one; the first draws what names no model. */
  readonly workflows: readonly Workflow[];
  /** How often the history is asked, in milliseconds, hints or not. */
  readonly pollMs?: number;
  readonly reconnectMs?: number;
  /** How long a call may take. */
  readonly callMs?: number;
  /** How long the server may be out of reach while it draws: while it loads a model it can be deaf. */
  readonly patienceMs?: number;
}

interface Parts {
  readonly url: URL;
  readonly server: ComfyuiServer;
  readonly pollMs: number;
  readonly reconnectMs: number;
  readonly patienceMs: number;
  /** Cancellations that are still being told to the server. */
  readonly cancelling: Set<Promise<void>>;
}

/**
 * ComfyUI, by its HTTP routes and its WebSocket. The socket gives hints (steps, previews, "it is over"); the
 * truth is `/history`, asked on a timer and after each hint that something ended. So a socket that is cut,
 * or falls silent, costs the view of the steps and nothing else.
 *
 * Of several pictures each is a prompt of its own, one after the other: a batch would draw all from one
 * seed, and picture n could never be drawn again alone.
 */
export const createComfyuiEngine = (settings: ComfyuiSettings): ImageEngine => {
  const {
    url,
    workflows,
    pollMs = 1_000,
    reconnectMs = 1_000,
    callMs = 15_000,
    patienceMs = 60_000,
  } = settings;
  const cancelling = new Set<Promise<void>>();
  const parts = { url, server: comfyuiServer(url, callMs), pollMs, reconnectMs, patienceMs, cancelling };
  return {
    name: 'comfyui',
    models: workflows.map(({ model }) => model),
    draw: (order, signal) => draw(parts, workflows, order, signal),
    async close() {
      await Promise.all(cancelling);
    },
  };
};

async function* draw(
  parts: Parts,
  workflows: readonly Workflow[],
  order: DrawingOrder,
  signal: AbortSignal,
): AsyncGenerator<DrawingNews> {
  signal.throwIfAborted();
  const workflow = order.model === null ? workflows[0] : workflows.find(({ model }) => model === order.model);
  if (workflow === undefined)
    throw new EngineError('engine_rejected', `no ComfyUI workflow is called ${order.model}`, false);
  const pictures: Picture[] = [];
  for (let index = 0; index < order.count; index++)
    pictures.push(yield* drawOne(parts, workflow, order, index, signal));
  yield { kind: 'finished', pictures, model: workflow.model };
}

/** One picture: a prompt of its own, watched until the history has it. */
async function* drawOne(
  parts: Parts,
  workflow: Workflow,
  order: DrawingOrder,
  index: number,
  signal: AbortSignal,
): AsyncGenerator<DrawingNews, Picture> {
  const seed = (order.seed + index) % 2 ** 32;
  const graph = fill(workflow, { ...order, negativePrompt: order.negativePrompt ?? '', seed, batch: 1 });
  const watch = watchPrompt(parts, graph);
  let isOver = false;
  try {
    await orAborted(watch.hints.tried, signal);
    const promptId = await submit(parts.server, watch.promptId, watch.clientId, graph, signal);
    watch.rename(promptId);
    const steps = order.steps * order.count;
    let told: View = unseen;
    const truth = lookUp(parts, promptId);
    for (;;) {
      const view = watch.view();
      if (view !== told) {
        const preview =
          view.preview === null || view.preview === told.preview ? null : await previewOf(view.preview, seed);
        told = view;
        const step = index * order.steps + Math.floor(view.share * order.steps);
        yield { kind: 'progress', step, steps, stage: view.stage, preview };
      }
      const entry = await truth(view.isOver || watch.takeReconnected(), signal);
      if (entry !== null) {
        isOver = true;
        const bytes = await parts.server.view(pictureFile(promptId, entry), signal);
        return await checkedPicture(bytes, workflow.keepsSize ? { seed, size: order } : { seed });
      }
      await watch.bell.next(signal, parts.pollMs);
      signal.throwIfAborted();
    }
  } finally {
    watch.hints.close();
    if (!isOver) await cancel(parts, watch.promptId);
  }
}

interface Watch {
  readonly clientId: string;
  /** Ours, until `rename`. */
  readonly promptId: string;
  readonly bell: Bell;
  readonly hints: { readonly tried: Promise<void>; close(): void };
  view(): View;
  rename(promptId: string): void;
  /** Whether the socket was connected again since this was asked last. */
  takeReconnected(): boolean;
}

const watchPrompt = ({ url, reconnectMs }: Parts, graph: Graph): Watch => {
  const clientId = randomUUID();
  const bell = createBell();
  let promptId: string = randomUUID();
  let view = unseen;
  let reconnected = false;
  const hear = (hint: Hint): void => {
    if (hint.kind === 'connected') reconnected = true;
    else view = withHint(view, hint, promptId, graph);
    bell.ring();
  };
  const hints = listenForHints(url, clientId, reconnectMs, hear);
  return {
    clientId,
    get promptId() {
      return promptId;
    },
    bell,
    hints,
    view: () => view,
    rename(given) {
      promptId = given;
    },
    takeReconnected() {
      const was = reconnected;
      reconnected = false;
      return was;
    },
  };
};

/** Hands the prompt over. Where the answer is lost, the server is asked whether it has it: it isn't sent twice. */
const submit = async (
  server: ComfyuiServer,
  promptId: string,
  clientId: string,
  graph: Graph,
  signal: AbortSignal,
): Promise<string> => {
  try {
    return await server.submit(promptId, clientId, graph, signal);
  } catch (cause) {
    signal.throwIfAborted();
    if (!(cause instanceof EngineError) || cause.code !== 'engine_unavailable') throw cause;
    // In this order: a prompt that ends between the two questions is in the history by the second.
    if (await server.isQueued(promptId, signal)) return promptId;
    if ((await server.historyOf(promptId, signal)) !== null) return promptId;
    throw cause;
  }
};

/** Every so many looks at the history, the queue is asked too: it is longer, for it holds whole workflows. */
const queueEvery = 5;

/**
 * Looks whether a prompt is over; null: not yet. Neither in the history nor in the queue means that the
 * server was restarted and knows nothing of it any more.
 */
const lookUp = ({ server, pollMs, patienceMs }: Parts, promptId: string) => {
  let looks = 0;
  let askedAt = Number.NEGATIVE_INFINITY;
  let heardAt = performance.now();

  const look = async (signal: AbortSignal): Promise<HistoryEntry | 'running' | 'lost'> => {
    const entry = await server.historyOf(promptId, signal);
    if (entry !== null) return entry;
    if (++looks % queueEvery !== 0 || (await server.isQueued(promptId, signal))) return 'running';
    // It may have ended between the two questions.
    return (await server.historyOf(promptId, signal)) ?? 'lost';
  };
  const lookPatiently = async (signal: AbortSignal): Promise<HistoryEntry | 'running' | 'lost'> => {
    try {
      const found = await look(signal);
      heardAt = performance.now();
      return found;
    } catch (cause) {
      signal.throwIfAborted();
      const isDeaf = cause instanceof EngineError && cause.code === 'engine_unavailable';
      if (isDeaf && performance.now() - heardAt < patienceMs) return 'running';
      throw cause;
    }
  };

  return async (isUrgent: boolean, signal: AbortSignal): Promise<HistoryEntry | null> => {
    const now = performance.now();
    if (!isUrgent && now - askedAt < pollMs) return null;
    askedAt = now;
    const found = await lookPatiently(signal);
    if (found === 'lost')
      throw new EngineError(
        'engine_unavailable',
        `ComfyUI has lost prompt ${promptId}: was it restarted?`,
        true,
      );
    return found === 'running' ? null : found;
  };
};

/** How long a drawing waits for its cancellation; the port allows a second in all. */
const courtesyMs = 700;
/** After so long the server is taken to be out of reach. */
const cancelMs = 10_000;

/** Cancels at the server; where that is slow, goes on in the background until it is done or refused. */
const cancel = async ({ server, cancelling }: Parts, promptId: string): Promise<void> => {
  const told = server
    .cancel(promptId, AbortSignal.timeout(cancelMs))
    // It can't be told. Whoever draws has a reason of its own to stop, and must hear that one.
    .catch(() => {})
    .finally(() => cancelling.delete(told));
  cancelling.add(told);
  await Promise.race([told, wait(courtesyMs, undefined, { ref: false })]);
};
