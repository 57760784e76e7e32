import type { ImageId } from '../events/ids.ts';
import type { Picture as RecordedPicture } from '../events/job.ts';
import type { ImageStore } from '../images/imageStore.ts';
import type { Circuits } from './circuits.ts';
import { type AttemptReport, type DrawingReport, noReport } from './drawingReport.ts';
import { type EngineCalls, EngineRests } from './engineCall.ts';
import { type DrawingNews, EngineError, type ImageEngine, type Picture } from './engines/imageEngine.ts';
import { type Claim, type Failure, idsOf, type JobDesk } from './jobDesk.ts';
import { createReporter, type Reporter, type ReporterParts } from './reporter.ts';
import { judge, stopped } from './verdict.ts';
import { withoutPrompt } from './withoutPrompt.ts';

export interface DrawingParts extends ReporterParts {
  readonly desk: Pick<JobDesk, 'submit' | 'progress' | 'complete' | 'fail'>;
  readonly callsOf: (engine: ImageEngine) => EngineCalls<Finished>;
  readonly circuits: Circuits;
  readonly images: ImageStore;
  readonly now: () => Date;
  /** Is told how it goes. */
  readonly report?: DrawingReport | undefined;
  /** 0–1, so that jobs which failed together come back apart. */
  readonly random?: () => number;
}

/** A claimed attempt, and where it is drawn: at the first of these; the others can draw it too, and stand in. */
export interface Attempt {
  readonly claim: Claim;
  readonly engines: readonly ImageEngine[];
  readonly controller: AbortController;
}

/**
 * Draws one claimed attempt to its end, and says what became of it by appending. Where an engine is out of reach
 * or busy and nothing has been drawn, the next one stands in, if its circuit is closed. Whatever crashes on the
 * way, the lease runs out and the sweep hands the job to another worker.
 */
export const draw = async (attempt: Attempt, parts: DrawingParts): Promise<void> => {
  const { claim, engines, controller } = attempt;
  const { desk, circuits } = parts;
  const deadline = setTimeout(() => controller.abort(stopped('timeout')), claim.timeoutMs);
  const reporter = createReporter(claim, controller, parts);
  const report = (parts.report ?? noReport).began(claim);
  try {
    let refusal: Refusal | null = null;
    for (const engine of engines) {
      if (refusal !== null && (await circuits.of(engine.name)).status !== 'closed') continue;
      refusal = await drawAt(engine, attempt, parts, reporter, report);
      if (refusal === null || !refusal.mayStandIn) break;
    }
    await reporter.end();
    if (refusal?.failure) await desk.fail(claim, refusal.failure);
  } finally {
    clearTimeout(deadline);
    await reporter.end();
    await reporter.removePreviews();
    report.over();
  }
};

export type Finished = Extract<DrawingNews, { kind: 'finished' }>;

/** Why an engine didn't draw. */
interface Refusal {
  /** Null where the attempt is no longer ours to end. */
  readonly failure: Failure | null;
  /** Nothing has been drawn or paid: another engine may. */
  readonly mayStandIn: boolean;
}

/** Draws at this engine, to the end; null where that was a picture. */
const drawAt = async (
  engine: ImageEngine,
  attempt: Attempt,
  parts: DrawingParts,
  reporter: Reporter,
  report: AttemptReport,
): Promise<Refusal | null> => {
  const { claim, engines, controller } = attempt;
  const { desk, callsOf, circuits, images, logger, now, random = Math.random } = parts;
  const work = { hasBegun: false };
  const answered = report.asked(engine.name);
  try {
    const { pictures, model } = await callsOf(engine).run(() =>
      follow(engine, attempt, parts, reporter, work),
    );
    answered(null);
    await reporter.end();
    const kept = await keepPictures(pictures, images);
    for (const { imageId } of kept) reporter.keep(imageId);
    await desk.complete(claim, { images: kept, engine: engine.name, model });
    await circuits.succeeded(engine.name, claim.jobId);
    return null;
  } catch (cause) {
    answered(cause);
    const others = engines.filter((other) => other !== engine).map(({ name }) => name);
    const failure = await judge({ claim, cause, engine: engine.name, others, circuits, now, random });
    if (failure !== null)
      logger.warn(
        { err: withoutPrompt(cause, claim.request), reference: failure.reference, ...idsOf(claim) },
        'an attempt failed',
      );
    return { failure, mayStandIn: isAway(cause) && !work.hasBegun && !controller.signal.aborted };
  }
};

const isAway = (cause: unknown): boolean =>
  cause instanceof EngineRests || (cause instanceof EngineError && cause.code === 'engine_unavailable');

const follow = async (
  engine: ImageEngine,
  { claim, controller }: Attempt,
  { desk, images }: DrawingParts,
  reporter: Reporter,
  work: { hasBegun: boolean },
): Promise<Finished> => {
  const { signal } = controller;
  const before = claim.submitted.filter((submission) => submission.engine === engine.name);
  for await (const news of engine.draw(claim.request, signal, before)) {
    signal.throwIfAborted();
    if (news.kind === 'finished') return news;
    if (news.kind === 'submitted') {
      const { picture, engineId, pollingUrl } = news;
      // Who says where to ask has taken the order, and is paid for it.
      work.hasBegun ||= pollingUrl !== null;
      const standing = await desk.submit(claim, { engine: engine.name, picture, engineId, pollingUrl });
      if (standing !== 'kept') controller.abort(stopped(standing));
      signal.throwIfAborted();
      continue;
    }
    const { step, steps, stage, preview } = news;
    work.hasBegun ||= step > 0;
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
