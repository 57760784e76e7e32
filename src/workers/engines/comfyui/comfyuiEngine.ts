import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type Bell, createBell } from '../../../projections/bell.ts';
import { below } from '../http/exchange.ts';
import { askHealth } from '../http/health.ts';
import { checkedPicture, previewOf } from '../http/pictures.ts';
import {
  type DrawingNews,
  type DrawingOrder,
  EngineError,
  HandedOver,
  type ImageEngine,
  type Picture,
  type Submission,
  seedOf,
} from '../imageEngine.ts';
import { orAborted } from '../waiting.ts';
import { type Hint, listenForHints } from './hints.ts';
import { hasSucceeded, pictureFile } from './outcome.ts';
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
 *
 * The id of a prompt is ours, and told before the prompt is sent: after a crash the queue and the history are asked
 * for it, and it is watched to its end or only fetched. It is the client id as well, so that the socket of
 * whoever comes next hears of it.
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
    draw: (order, signal, submitted = []) => draw(parts, workflows, order, submitted, signal),
    async health(signal) {
      await askHealth('ComfyUI', { url: below(url, 'system_stats'), signal });
    },
    async close() {
      await Promise.all(cancelling);
    },
  };
};

async function* draw(
  parts: Parts,
  workflows: readonly Workflow[],
  order: DrawingOrder,
  submitted: readonly Submission[],
  signal: AbortSignal,
): AsyncGenerator<DrawingNews> {
  signal.throwIfAborted();
  const workflow = order.model === null ? workflows[0] : workflows.find(({ model }) => model === order.model);
  if (workflow === undefined)
    throw new EngineError('engine_rejected', `no ComfyUI workflow is called ${order.model}`, false);
  const pictures: Picture[] = [];
  for (let index = 0; index < order.count; index++) {
    const before = submitted.find(({ picture }) => picture === index)?.engineId ?? null;
    const taken = before !== null && (await isThere(parts.server, before, signal)) ? before : null;
    pictures.push(yield* drawOne(parts, workflow, order, index, taken, signal));
  }
  yield { kind: 'finished', pictures, model: workflow.model };
}

/** Whether a prompt waits or runs there, or was drawn: what failed or was stopped there is drawn anew. */
const isThere = async (server: ComfyuiServer, promptId: string, signal: AbortSignal): Promise<boolean> => {
  // In this order: a prompt that ends between the two questions is in the history by the second.
  if (await server.isQueued(promptId, signal)) return true;
  const entry = await server.historyOf(promptId, signal);
  return entry !== null && hasSucceeded(entry);
};

/** One picture: a prompt of its own, or one that is there (`taken`), watched until the history has it. */
async function* drawOne(
  parts: Parts,
  workflow: Workflow,
  order: DrawingOrder,
  index: number,
  taken: string | null,
  signal: AbortSignal,
): AsyncGenerator<DrawingNews, Picture> {
  const seed = seedOf(order, index);
  const graph = fill(workflow, { ...order, negativePrompt: order.negativePrompt ?? '', seed, batch: 1 });
  const watch = watchPrompt(parts, graph, taken ?? randomUUID());
  let isOver = false;
  try {
    await orAborted(watch.hints.tried, signal);
    if (taken === null) yield* submit(parts.server, watch, graph, index, signal);
    const { promptId } = watch;
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
    const isHandedOver = signal.aborted && signal.reason instanceof HandedOver;
    if (!isOver && !isHandedOver) await cancel(parts, watch.promptId);
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

const watchPrompt = ({ url, reconnectMs }: Parts, graph: Graph, ownId: string): Watch => {
  const bell = createBell();
  let promptId = ownId;
  let view = unseen;
  let reconnected = false;
  const hear = (hint: Hint): void => {
    if (hint.kind === 'connected') reconnected = true;
    else view = withHint(view, hint, promptId, graph);
    bell.ring();
  };
  const hints = listenForHints(url, ownId, reconnectMs, hear);
  return {
    clientId: ownId,
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

/** Tells the prompt's id, then hands the prompt over. A server that gives ids of its own is followed. */
async function* submit(
  server: ComfyuiServer,
  watch: Watch,
  graph: Graph,
  picture: number,
  signal: AbortSignal,
): AsyncGenerator<DrawingNews, void> {
  const { promptId, clientId } = watch;
  yield { kind: 'submitted', picture, engineId: promptId, pollingUrl: null };
  const given = await handIn(server, promptId, clientId, graph, signal);
  if (given === promptId) return;
  watch.rename(given);
  yield { kind: 'submitted', picture, engineId: given, pollingUrl: null };
}

/** Where the answer is lost, the server is asked whether it has the prompt: it isn't sent twice. */
const handIn = async (
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
