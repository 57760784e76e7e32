import type { FailureCode } from '../../events/failures.ts';

/** What an engine is asked to draw; every field decided, nothing left to a default of the engine's. */
export interface DrawingOrder {
  /** 1–4,000 characters. */
  readonly prompt: string;
  readonly negativePrompt: string | null;
  /** Pixels, 64–1536, a multiple of 8; likewise `height`. */
  readonly width: number;
  readonly height: number;
  /** 1–150. */
  readonly steps: number;
  /** 0 – 2^32-1. Picture n of `count` is drawn with seed + n (modulo 2^32), so each can be drawn again alone. */
  readonly seed: number;
  /** 1–8. */
  readonly count: number;
  readonly model: string | null;
}

export interface Picture {
  readonly bytes: Uint8Array;
  readonly contentType: 'image/png' | 'image/jpeg' | 'image/webp';
  readonly width: number;
  readonly height: number;
  readonly seed: number;
}

/** What an engine tells while it draws. The last one is always `finished`. */
export type DrawingNews =
  | {
      readonly kind: 'progress';
      /** Steps done over all pictures, 0 – `steps`. */
      readonly step: number;
      readonly steps: number;
      readonly stage: string;
      readonly preview: Picture | null;
    }
  | { readonly kind: 'finished'; readonly pictures: readonly Picture[]; readonly model: string };

/**
 * What draws pictures. `draw` ends in `finished`, or throws an `EngineError`, or, once `signal` is
 * aborted, stops its work and throws the signal's reason within a second.
 */
export interface ImageEngine {
  readonly name: string;
  readonly models: readonly string[];
  draw(order: DrawingOrder, signal: AbortSignal): AsyncIterable<DrawingNews>;
  close(): Promise<void>;
}

/** A drawing failed. `code` is for the person; `message` is for the operator's log and is never shown. */
export class EngineError extends Error {
  constructor(
    readonly code: FailureCode,
    message: string,
    readonly retryable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EngineError';
  }
}
