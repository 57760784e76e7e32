import type { Logger } from 'pino';
import type { ImageStore } from '../images/imageStore.ts';
import { type Claim, idsOf, type JobDesk } from './jobDesk.ts';
import { type Progress, worthReporting } from './pacing.ts';
import { stopped } from './verdict.ts';

/** Tells the log how far an attempt is, at a pace. */
export interface Reporter {
  report(progress: Progress): Promise<void>;
  /** No report follows. */
  end(): Promise<void>;
  /** This was stored as a picture; where a preview has the same bytes it is the same image, and must stay. */
  keep(imageId: string): void;
  removePreviews(): Promise<void>;
}

export interface ReporterParts {
  readonly desk: Pick<JobDesk, 'progress'>;
  readonly images: Pick<ImageStore, 'remove'>;
  readonly logger: Logger;
  /** A monotonic clock in milliseconds. */
  readonly clock: () => number;
  /** The worker is heard of at least this often while it draws, in milliseconds. */
  readonly heartbeatMs: number;
}

/** While the engine is silent the last progress is repeated, so that the lease is kept. */
export const createReporter = (
  claim: Claim,
  controller: AbortController,
  { desk, images, logger, clock, heartbeatMs }: ReporterParts,
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
      const standing = await desk.progress(claim, progress);
      if (standing !== 'kept') controller.abort(stopped(standing));
    });
    return appending;
  };
  const heartbeat = setInterval(() => {
    if (last !== null && clock() - last.at < heartbeatMs) return;
    append(known).catch((cause: unknown) => {
      logger.warn({ err: cause, ...idsOf(claim) }, 'a heartbeat could not be appended; trying again');
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
    keep: (imageId) => void previews.delete(imageId),
    async removePreviews() {
      for (const preview of previews) await images.remove(preview);
    },
  };
};
