import { failures } from '../../../events/failures.ts';
import {
  type DrawingNews,
  type DrawingOrder,
  EngineError,
  type ImageEngine,
  type Picture,
  seedOf,
} from '../imageEngine.ts';
import { orAborted, pause, untilAborted } from '../waiting.ts';
import type { DrawingThread } from './drawingThread.ts';
import type { ThreadAnswer, ThreadQuestion } from './messages.ts';
import { actAt, type Rehearsal, readRehearsal } from './rehearsal.ts';
import { createThreadPool, type ThreadPool } from './threadPool.ts';

export interface SketchEngineSettings {
  /** How long a step takes at least; 0 is as fast as the machine can. */
  readonly stepMs: number;
  /** Drawings at the same time; more wait for a thread. */
  readonly threads?: number;
}

const model = 'sketch-1';

/**
 * The built-in engine: a stand-in for an image model, and honest about it. It knows a few hundred words,
 * composes a picture from them by rule, and paints it with a brush of its own, stroke by stroke; no model,
 * no network, no letters. The same prompt, negative prompt, seed and size always give the same bytes,
 * however many steps it takes and however long a step is.
 *
 * It paints in worker threads, so the server's event loop stays free: the engine only keeps time, and asks
 * the thread for the next share of the picture. A prompt can ask it to misbehave: see rehearsal.ts.
 */
export function createSketchEngine({ stepMs, threads = 4 }: SketchEngineSettings): ImageEngine {
  const pool = createThreadPool({ most: threads, kept: Math.min(2, threads) });
  return {
    name: 'sketch',
    models: [model],
    draw: (order, signal) => draw(pool, stepMs, order, signal),
    health: async () => undefined,
    close: () => pool.close(),
  };
}

async function* draw(
  pool: ThreadPool,
  stepMs: number,
  order: DrawingOrder,
  signal: AbortSignal,
): AsyncGenerator<DrawingNews> {
  check(order);
  const thread = await pool.borrow(signal);
  try {
    const rehearsal = readRehearsal(order.prompt);
    const pictures: Picture[] = [];
    for (let index = 0; index < order.count; index++) {
      pictures.push(yield* drawOne(thread, rehearsal, stepMs, order, index, signal));
    }
    yield { kind: 'finished', pictures, model };
  } finally {
    pool.giveBack(thread);
  }
}

async function* drawOne(
  thread: DrawingThread,
  rehearsal: Rehearsal,
  stepMs: number,
  order: DrawingOrder,
  index: number,
  signal: AbortSignal,
): AsyncGenerator<DrawingNews, Picture> {
  const { width, height, negativePrompt } = order;
  const seed = seedOf(order, index);
  const steps = order.steps * order.count;
  const previewEvery = Math.max(1, Math.ceil(order.steps / 8));
  await ask(
    thread,
    { kind: 'begin', order: { prompt: rehearsal.prompt, negativePrompt, width, height, seed } },
    'begun',
    signal,
  );
  for (let own = 1; own <= order.steps; own++) {
    const step = index * order.steps + own;
    const began = performance.now();
    await act(rehearsal, step, steps, signal);
    const preview = own % previewEvery === 0 || own === order.steps;
    const done = await ask(
      thread,
      { kind: 'advance', share: own / order.steps, preview },
      'advanced',
      signal,
    );
    await pause(stepMs * rehearsal.slowness - (performance.now() - began), signal);
    const shown: Picture | null =
      done.preview === null
        ? null
        : {
            bytes: done.preview.jpeg,
            contentType: 'image/jpeg',
            width: done.preview.width,
            height: done.preview.height,
            seed,
          };
    yield { kind: 'progress', step, steps, stage: done.stage, preview: shown };
  }
  const { png } = await ask(thread, { kind: 'finish' }, 'finished', signal);
  return { bytes: png, contentType: 'image/png', width, height, seed };
}

/** Asks, and leaves at once when aborted: the thread may go on for a moment, but nobody listens to it then. */
async function ask<Kind extends ThreadAnswer['kind']>(
  thread: DrawingThread,
  question: ThreadQuestion,
  expected: Kind,
  signal: AbortSignal,
): Promise<Extract<ThreadAnswer, { kind: Kind }>> {
  const answer = await orAborted(thread.ask(question), signal);
  if (!isOfKind(answer, expected)) {
    throw new EngineError('internal', `the drawing thread answered ${answer.kind} to ${question.kind}`, true);
  }
  return answer;
}

const isOfKind = <Kind extends ThreadAnswer['kind']>(
  answer: ThreadAnswer,
  kind: Kind,
): answer is Extract<ThreadAnswer, { kind: Kind }> => answer.kind === kind;

async function act(rehearsal: Rehearsal, step: number, steps: number, signal: AbortSignal): Promise<void> {
  const what = actAt(rehearsal, step, steps);
  if (what === 'fall silent') await untilAborted(signal);
  if (what === 'fail') {
    const code = rehearsal.failWith ?? 'engine_rejected';
    throw new EngineError(code, 'failed on purpose: the prompt asks for it', failures[code].retryable);
  }
}

/** Limits of the port, checked here too: a thread asked for a canvas of any size would only run out of memory. */
function check({ width, height, steps, count, model: wanted }: DrawingOrder): void {
  const within = (value: number, low: number, high: number): boolean =>
    Number.isInteger(value) && value >= low && value <= high;
  if (wanted !== null && wanted !== model) {
    throw new EngineError(
      'engine_rejected',
      `the sketch engine has no model ${JSON.stringify(wanted)}, only ${model}`,
      false,
    );
  }
  if (!within(width, 64, 1536) || !within(height, 64, 1536)) {
    throw new EngineError(
      'invalid_request',
      `${width} × ${height} is not within 64 to 1536 pixels a side`,
      false,
    );
  }
  if (!within(steps, 1, 150) || !within(count, 1, 8)) {
    throw new EngineError(
      'invalid_request',
      `${steps} steps for ${count} pictures: 1–150 and 1–8 are possible`,
      false,
    );
  }
}
