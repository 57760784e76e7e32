/**
 * The drawing thread: paints one picture at a time, and only as far as it is asked to. It keeps no time and
 * knows no signal; whoever asks decides how fast it goes and when to stop.
 */
import { parentPort } from 'node:worker_threads';
import type { ThreadAnswer, ThreadQuestion } from './messages.ts';
import { type Painting, startPainting } from './painting.ts';

let painting: Painting | null = null;

function answer(question: ThreadQuestion): ThreadAnswer {
  if (question.kind === 'begin') {
    painting = startPainting(question.order);
    return { kind: 'begun' };
  }
  if (painting === null) throw new Error('asked to paint on, but no picture was begun');
  if (question.kind === 'advance') {
    const stage = painting.advance(question.share);
    return { kind: 'advanced', stage, preview: question.preview ? painting.preview() : null };
  }
  const png = painting.png();
  painting = null;
  return { kind: 'finished', png };
}

/** Bytes are handed over, not copied: a copy of a large picture would hold up the server's thread. */
function handedOver(answered: ThreadAnswer): ArrayBuffer[] {
  const bytes =
    answered.kind === 'finished'
      ? answered.png
      : answered.kind === 'advanced'
        ? answered.preview?.jpeg
        : undefined;
  return bytes?.buffer instanceof ArrayBuffer ? [bytes.buffer] : [];
}

function failure(error: unknown): ThreadAnswer {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  // V8's words where a typed array can't be allocated, Skia's where a canvas can't.
  const outOfMemory = /allocation failed|out of memory|create.*surface/i.test(message);
  return { kind: 'failed', message, outOfMemory };
}

parentPort?.on('message', (question: ThreadQuestion) => {
  let answered: ThreadAnswer;
  try {
    answered = answer(question);
  } catch (error) {
    painting = null;
    answered = failure(error);
  }
  parentPort?.postMessage(answered, handedOver(answered));
});
