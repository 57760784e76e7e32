import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ImageId } from '../events/ids.ts';
import type { Picture as RecordedPicture } from '../events/job.ts';
import type { ImageStore } from '../images/imageStore.ts';
import { type DrawingNews, EngineError, type ImageEngine, type Picture } from './engines/imageEngine.ts';
import type { Claim, Failure, JobDesk } from './jobDesk.ts';
import { type Progress, worthReporting } from './pacing.ts';

export interface DrawingParts {
  readonly desk: JobDesk;
  readonly engine: ImageEngine;
  readonly images: ImageStore;
  readonly logger: Logger;
  /** A monotonic clock in milliseconds. */
  readonly clock: () => number;
  /** The worker is heard of at least this often while it draws, in milliseconds. */
  readonly heartbeatMs: number;
}

/** Why the engine is told to stop. */
export type Stop = 'timeout' | 'lost' | 'shutdown';

class Stopped extends Error {
  constructor(readonly why: Stop) {
    super(`stopped: ${why}`);
    this.name = 'Stopped';
  }
}

/** The reason for an AbortController that ends a drawing. */
export const stopped = (why: Stop): Error => new Stopped(why);

const failures: Readonly<Record<Exclude<Stop, 'lost'>, Omit<Failure, 'reference'>>> = {
  timeout: { code: 'timeout', retryable: true },
  shutdown: { code: 'engine_unavailable', retryable: true },
};

/**
 * Draws one claimed attempt to its end, and says what became of it by appending. Progress goes to the
 * log at a pace; while the engine is silent the last progress is repeated, so that the lease is kept.
 * Whatever crashes on the way, the lease runs out and the sweep hands the job to another worker.
 */
export const draw = async (claim: Claim, controller: AbortController, parts: DrawingParts): Promise<void> => {
  const { desk, engine, logger } = parts;
  const deadline = setTimeout(() => controller.abort(stopped('timeout')), claim.timeoutMs);
  const reporter = createReporter(claim, controller, parts);
  try {
    const { pictures, engine: drawnBy, model } = await follow(claim, controller.signal, parts, reporter);
    await reporter.end();
    const images = await keepPictures(pictures, parts.images);
    await desk.complete(claim, { images, engine: drawnBy ?? engine.name, model });
  } catch (cause) {
    await reporter.end();
    const failure = failureOf(cause);
    if (failure === null) return;
    logger.warn({ err: cause, reference: failure.reference, jobId: claim.jobId }, 'an attempt failed');
    await desk.fail(claim, failure);
  } finally {
    clearTimeout(deadline);
    await reporter.end();
    await reporter.removePreviews();
  }
};

/** What the person is told; null where the attempt is no longer ours to end. */
const failureOf = (cause: unknown): Failure | null => {
  const reference = randomUUID();
  if (cause instanceof Stopped) return cause.why === 'lost' ? null : { ...failures[cause.why], reference };
  if (cause instanceof EngineError) return { code: cause.code, retryable: cause.retryable, reference };
  return { code: 'internal', retryable: true, reference };
};

type Finished = Extract<DrawingNews, { kind: 'finished' }>;

const follow = async (
  { request }: Claim,
  signal: AbortSignal,
  { engine, images }: DrawingParts,
  reporter: Reporter,
): Promise<Finished> => {
  for await (const news of engine.draw(request, signal)) {
    signal.throwIfAborted();
    if (news.kind === 'finished') return news;
    const { step, steps, stage, preview } = news;
    const stored = preview === null ? null : await images.put(preview.bytes, preview.contentType);
    await reporter.report({ step, steps, stage, preview: stored?.imageId ?? null });
  }
  throw new EngineError('internal', `engine ${engine.name} ended without a picture`, true);
};

const keepPictures = (pictures: readonly Picture[], images: ImageStore): Promise<RecordedPicture[]> =>
  Promise.all(
    pictures.map(async ({ bytes, contentType, width, height, seed }) => {
      const { imageId, size } = await images.put(bytes, contentType);
      return { imageId: imageId as ImageId, width, height, contentType, bytes: size, seed };
    }),
  );

interface Reporter {
  report(progress: Progress): Promise<void>;
  /** No report follows. */
  end(): Promise<void>;
  removePreviews(): Promise<void>;
}

const createReporter = (
  claim: Claim,
  controller: AbortController,
  { desk, images, logger, clock, heartbeatMs }: DrawingParts,
): Reporter => {
  const startedAt = clock();
  const previews = new Set<string>();
  let known: Progress = {
    step: 0,
    steps: claim.request.steps * claim.request.count,
    stage: 'starting',
    preview: null,
  };
  let last: { progress: Progress; at: number } | null = null;
  let appending: Promise<void> = Promise.resolve();

  const append = (progress: Progress): Promise<void> => {
    last = { progress, at: clock() };
    appending = appending.then(async () => {
      if (controller.signal.aborted) return;
      if ((await desk.progress(claim, progress)) === 'lost') controller.abort(stopped('lost'));
    });
    return appending;
  };
  const heartbeat = setInterval(() => {
    if (last !== null && clock() - last.at < heartbeatMs) return;
    append(known).catch((cause: unknown) => {
      logger.warn({ err: cause, jobId: claim.jobId }, 'a heartbeat could not be appended; trying again');
      appending = Promise.resolve();
    });
  }, heartbeatMs / 4);

  return {
    async report(news) {
      // An engine needn't show a preview at each step: the last one goes on being shown.
      known = { ...news, preview: news.preview ?? known.preview };
      if (known.preview !== null) previews.add(known.preview);
      if (worthReporting(known, last, startedAt, clock())) await append(known);
    },
    async end() {
      clearInterval(heartbeat);
      await appending;
    },
    async removePreviews() {
      for (const preview of previews) await images.remove(preview);
    },
  };
};
