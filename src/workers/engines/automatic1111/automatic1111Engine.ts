import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { below } from '../http/exchange.ts';
import { askHealth } from '../http/health.ts';
import { modelFor } from '../http/models.ts';
import { checkedPicture, previewOf } from '../http/pictures.ts';
import {
  type DrawingNews,
  type DrawingOrder,
  EngineError,
  type ImageEngine,
  seedOf,
} from '../imageEngine.ts';
import { pause } from '../waiting.ts';
import { type Automatic1111Server, automatic1111Server, bytesOf } from './server.ts';
import { createTurns, type Turns } from './turns.ts';

export interface Automatic1111Settings {
  /** With name and password in it where the server wants them. */
  readonly url: URL;
  /** At least one; the first draws what names no model. `loaded` is whatever the server has loaded. */
  readonly models: readonly string[];
  /** How often progress is asked for, in milliseconds. */
  readonly pollMs?: number;
  /** How long an order may take. */
  readonly callMs?: number;
}

interface Parts {
  readonly server: Automatic1111Server;
  readonly turns: Turns;
  readonly pollMs: number;
  readonly callMs: number;
  /** Orders that were aborted and that the server still works on. */
  readonly stopping: Set<Promise<void>>;
  /** Aborted when the engine is closed. */
  readonly end: AbortController;
}

const name = 'automatic1111';
/** The model that asks for no change of model. */
const loaded = 'loaded';

/**
 * AUTOMATIC1111's web UI started with `--api`, and Forge and SD.Next, which speak the same. It draws one order
 * at a time and answers when it is done; so one order at a time is sent. Its interrupt knows no order, it
 * stops what is being drawn: so it is sent only once the server has said that this is ours.
 */
export const createAutomatic1111Engine = (settings: Automatic1111Settings): ImageEngine => {
  const { url, models, pollMs = 500, callMs = 3_600_000 } = settings;
  const stopping = new Set<Promise<void>>();
  const end = new AbortController();
  const parts: Parts = {
    ...{ server: automatic1111Server(url), turns: createTurns(), pollMs, callMs, stopping, end },
  };
  return {
    name,
    models,
    draw: (order, signal) => draw(parts, order, modelFor(name, models, order.model), signal),
    async health(signal) {
      await askHealth('AUTOMATIC1111', { url: below(url, 'sdapi/v1/samplers'), signal });
    },
    async close() {
      await Promise.race([Promise.all(stopping), wait(farewellMs, undefined, { ref: false })]);
      end.abort();
    },
  };
};

/** How long closing waits for interruptions to be told. */
const farewellMs = 3_000;

async function* draw(
  parts: Parts,
  order: DrawingOrder,
  model: string,
  signal: AbortSignal,
): AsyncGenerator<DrawingNews> {
  signal.throwIfAborted();
  const endTurn = await parts.turns.take(signal);
  const task: Task = { id: `task(darkroom-${randomUUID()})`, isOver: false };
  const images = parts.server
    .txt2img(bodyFor(order, model, task.id), parts.callMs, parts.end.signal)
    .finally(() => {
      task.isOver = true;
      endTurn();
    });
  // Seen to below; until then, or when nobody listens any more, its failure is nobody's.
  images.catch(() => {});
  try {
    yield* watch(parts, task, order, signal);
    const pictures = await Promise.all(
      picturesOf(await images, order).map((bytes, index) =>
        checkedPicture(bytes, { seed: seedOf(order, index), size: order }),
      ),
    );
    yield { kind: 'finished', pictures, model };
  } finally {
    if (!task.isOver) stop(parts, task);
  }
}

interface Task {
  readonly id: string;
  /** The server has answered. */
  isOver: boolean;
}

const bodyFor = (order: DrawingOrder, model: string, taskId: string): object => ({
  prompt: order.prompt,
  negative_prompt: order.negativePrompt ?? '',
  seed: order.seed,
  steps: order.steps,
  width: order.width,
  height: order.height,
  // One after the other, picture n from seed + n; side by side they would need n times the memory.
  n_iter: order.count,
  batch_size: 1,
  send_images: true,
  save_images: false,
  force_task_id: taskId,
  ...(model === loaded ? {} : { override_settings: { sd_model_checkpoint: model } }),
});

/** Tells how far the order is until the server has answered, one way or the other. */
async function* watch(
  { server, pollMs }: Parts,
  task: Task,
  order: DrawingOrder,
  signal: AbortSignal,
): AsyncGenerator<DrawingNews> {
  const steps = order.steps * order.count;
  let step = 0;
  let lastPreview = -1;
  yield { kind: 'progress', step, steps, stage: 'waiting', preview: null };
  while (!task.isOver) {
    const told = await unlessUnreachable(server.progressOf(task.id, lastPreview, signal));
    if (told?.active) {
      step = Math.max(step, Math.min(steps, Math.floor((told.progress ?? 0) * steps)));
      lastPreview = told.id_live_preview ?? lastPreview;
      const preview = told.live_preview ? await previewOf(bytesOf(told.live_preview), order.seed) : null;
      yield { kind: 'progress', step, steps, stage: 'drawing', preview };
    }
    await pause(pollMs, signal);
  }
}

/** Progress is for the eye: where it can't be had for a moment, the order itself tells what is the matter. */
const unlessUnreachable = async <Told>(told: Promise<Told>): Promise<Told | null> => {
  try {
    return await told;
  } catch (cause) {
    if (cause instanceof EngineError) return null;
    throw cause;
  }
};

const picturesOf = (images: readonly Buffer[], { count }: DrawingOrder): readonly Buffer[] => {
  // Extensions add images of their own behind the pictures.
  if (images.length >= count) return images.slice(0, count);
  throw new EngineError('internal', `${count} pictures were ordered, ${images.length} came`, true);
};

/**
 * Stops an order at the server, in the background: as soon as it is the one being drawn, and not before, for
 * until then the interrupt would hit somebody else's. The next order's turn comes when this one is over.
 */
const stop = ({ server, pollMs, stopping, end }: Parts, task: Task): void => {
  const stopped = (async () => {
    while (!task.isOver) {
      const told = await server.progressOf(task.id, -1, end.signal);
      if (told === null) return;
      if (told.active) await server.interrupt(end.signal);
      await pause(pollMs, end.signal);
    }
  })()
    // Out of reach, or closing: then it is drawn to its end for nobody.
    .catch(() => {})
    .finally(() => stopping.delete(stopped));
  stopping.add(stopped);
};
