import { type Canvas, createCanvas } from '@napi-rs/canvas';
import { type Layer, layStrokes, planStrokes } from './brushwork.ts';
import { compose } from './compose.ts';
import { createEasel } from './easel.ts';
import { bloom, relief, vignette } from './finish.ts';
import type { PaintingOrder, ThreadPreview } from './messages.ts';
import { readPrompt } from './readPrompt.ts';

/**
 * A picture in the making. It is a fixed list of small pieces of work, so that the finished picture is the
 * same whether it was painted in one step or in a hundred and fifty.
 */
export interface Painting {
  /** Works on until this share of all the work is done (0–1) and says what is being done. */
  advance(share: number): string;
  /** The canvas as it stands, small, as a JPEG. */
  preview(): ThreadPreview;
  /** The finished picture as a PNG; call it once all the work is done. */
  png(): Uint8Array;
}

interface Work {
  readonly stage: string;
  readonly share: number;
  run(): void;
}

/** Smaller pictures are painted at this size and scaled down: a brush needs some pixels to be one. */
const smallestSide = 240;
const previewSide = 256;

export function startPainting(order: PaintingOrder): Painting {
  const enlarged = Math.max(1, smallestSide / Math.min(order.width, order.height));
  const width = Math.round(order.width * enlarged);
  const height = Math.round(order.height * enlarged);
  const scene = readPrompt(order.prompt, order.negativePrompt, order.seed);
  const easel = createEasel(scene, width, height, order.seed);
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const random = easel.random.branch('brush');
  const work: Work[] = [
    { stage: 'composing', share: 0.06, run: () => compose(easel) },
    { stage: 'composing', share: 0.02, run: () => layGround(easel.canvas, canvas) },
  ];
  for (const { layer, stage, share, batches } of layersFor(Math.sqrt(width * height))) {
    // A brush finer than a pixel of the finished picture would only take time.
    if (layer.radius / enlarged < 0.75) continue;
    let strokes: ReturnType<typeof planStrokes> = [];
    for (let batch = 0; batch < batches; batch++) {
      work.push({
        stage,
        share: share / batches,
        run: () => {
          if (batch === 0) strokes = planStrokes(easel.canvas, canvas, layer, random, easel.noise);
          const from = Math.floor((strokes.length * batch) / batches);
          const to = Math.floor((strokes.length * (batch + 1)) / batches);
          layStrokes(context, strokes, from, to, layer, random);
        },
      });
    }
  }
  work.push(
    { stage: 'finishing', share: 0.04, run: () => sharpen(easel.canvas, canvas) },
    { stage: 'finishing', share: 0.03, run: () => bloom(canvas, 0.3) },
    { stage: 'finishing', share: 0.03, run: () => vignette(canvas, 0.32) },
    { stage: 'finishing', share: 0.02, run: () => relief(canvas, 0.4, 0.03, easel.random.branch('grain')) },
  );
  return paintingOf(work, canvas, order);
}

function paintingOf(work: readonly Work[], canvas: Canvas, order: PaintingOrder): Painting {
  const all = work.reduce((sum, { share }) => sum + share, 0);
  let next = 0;
  let done = 0;
  return {
    advance(share) {
      let stage = work[Math.min(next, work.length - 1)]?.stage ?? '';
      for (let piece = work[next]; piece !== undefined; piece = work[next]) {
        if (share < 1 && (done + piece.share / 2) / all > share) break;
        piece.run();
        stage = piece.stage;
        done += piece.share;
        next++;
      }
      return stage;
    },
    preview() {
      const scale = Math.min(1, previewSide / Math.max(order.width, order.height));
      const small = scaled(
        canvas,
        Math.max(1, Math.round(order.width * scale)),
        Math.max(1, Math.round(order.height * scale)),
      );
      return { jpeg: owned(small.encodeSync('jpeg', 82)), width: small.width, height: small.height };
    },
    png() {
      const same = canvas.width === order.width && canvas.height === order.height;
      return owned((same ? canvas : scaled(canvas, order.width, order.height)).encodeSync('png'));
    },
  };
}

/** From broad to fine; the sizes grow with the picture, so that it looks the same large and small. */
function layersFor(side: number): { layer: Layer; stage: string; share: number; batches: number }[] {
  return [
    {
      layer: { radius: side / 22, tolerance: 0, reach: 5, opacity: 0.92, stray: 0.1 },
      stage: 'blocking in',
      share: 0.18,
      batches: 12,
    },
    {
      layer: { radius: side / 50, tolerance: 0.018, reach: 6, opacity: 0.9, stray: 0.075 },
      stage: 'painting',
      share: 0.22,
      batches: 16,
    },
    {
      layer: { radius: side / 110, tolerance: 0.022, reach: 7, opacity: 0.88, stray: 0.05 },
      stage: 'painting',
      share: 0.22,
      batches: 18,
    },
    {
      layer: { radius: side / 250, tolerance: 0.03, reach: 8, opacity: 0.9, stray: 0.025 },
      stage: 'refining',
      share: 0.2,
      batches: 18,
    },
  ];
}

/** A thin, blurred wash of the study over a warm ground: what a painter starts from. */
function layGround(study: Canvas, canvas: Canvas): void {
  const context = canvas.getContext('2d');
  const wash = scaled(
    study,
    Math.max(2, Math.round(study.width / (Math.min(study.width, study.height) / 7))),
    Math.max(2, Math.round(study.height / (Math.min(study.width, study.height) / 7))),
  );
  context.fillStyle = '#b59f86';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.globalAlpha = 0.55;
  context.imageSmoothingQuality = 'high';
  context.drawImage(wash, 0, 0, canvas.width, canvas.height);
  context.globalAlpha = 1;
}

/** The finest things (windows, whiskers) are drawn over the brush strokes again, and sparks once more, as light. */
function sharpen(study: Canvas, canvas: Canvas): void {
  const context = canvas.getContext('2d');
  context.save();
  context.globalAlpha = 0.46;
  context.drawImage(study, 0, 0);
  context.globalCompositeOperation = 'lighten';
  context.globalAlpha = 0.55;
  context.drawImage(study, 0, 0);
  context.restore();
}

function scaled(from: Canvas, width: number, height: number): Canvas {
  const to = createCanvas(width, height);
  const context = to.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(from, 0, 0, width, height);
  return to;
}

/** Skia's buffers belong to Skia and can't be handed to another thread; a copy can. */
const owned = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);
