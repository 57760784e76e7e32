import type { Logger } from 'pino';
import type { ImageId } from '../events/ids.ts';
import type { Picture as RecordedPicture } from '../events/job.ts';
import type { ImageStore } from '../images/imageStore.ts';
import type { Circuits } from './circuits.ts';
import type { EngineCalls } from './engineCall.ts';
import { type DrawingNews, EngineError, type ImageEngine, type Picture } from './engines/imageEngine.ts';
import type { Claim, JobDesk } from './jobDesk.ts';
import { type Progress, worthReporting } from './pacing.ts';
import { judge, stopped } from './verdict.ts';

export interface DrawingParts {
  readonly desk: JobDesk;
  readonly engine: ImageEngine;
  readonly calls: EngineCalls<Finished>;
  readonly circuits: Circuits;
  readonly images: ImageStore;
  readonly logger: Logger;
  readonly now: () => Date;
  /** A monotonic clock in milliseconds. */
  readonly clock: () => number;
  /** The worker is heard of at least this often while it draws, in milliseconds. */
  readonly heartbeatMs: number;
}

/**
 * Draws one claimed attempt to its end, and says what became of it by appending. Progress goes to the
 * log at a pace; while the engine is silent the last progress is repeated, so that the lease is kept.
 * Whatever crashes on the way, the lease runs out and the sweep hands the job to another worker.
 */
export const draw = async (claim: Claim, controller: AbortController, parts: DrawingParts): Promise<void> => {
  const { desk, engine, calls, circuits, logger, now } = parts;
  const deadline = setTimeout(() => controller.abort(stopped('timeout')), claim.timeoutMs);
  const reporter = createReporter(claim, controller, parts);
  try {
    const {
      pictures,
      engine: drawnBy,
      model,
    } = await calls.run(() => follow(claim, controller.signal, parts, reporter));
    await reporter.end();
    const images = await keepPictures(pictures, parts.images);
    await desk.complete(claim, { images, engine: drawnBy ?? engine.name, model });
    await circuits.succeeded(engine.name, claim.jobId);
  } catch (cause) {
    await reporter.end();
    const failure = await judge(claim, cause, engine.name, circuits, now);
    if (failure === null) return;
    logger.warn({ err: cause, reference: failure.reference, jobId: claim.jobId }, 'an attempt failed');
    await desk.fail(claim, failure);
  } finally {
    clearTimeout(deadline);
    await reporter.end();
    await reporter.removePreviews();
  }
};

export type Finished = Extract<DrawingNews, { kind: 'finished' }>;

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
