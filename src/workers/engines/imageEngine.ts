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

/** The seed of one of its pictures, from 0. */
export const seedOf = ({ seed }: Pick<DrawingOrder, 'seed'>, picture: number): number =>
  (seed + picture) % 2 ** 32;

export interface Picture {
  readonly bytes: Uint8Array;
  readonly contentType: 'image/png' | 'image/jpeg' | 'image/webp';
  readonly width: number;
  readonly height: number;
  readonly seed: number;
}

/** A picture of an order that an engine has, and can be asked for later. */
export interface Submission {
  /** Which of the order's pictures, from 0. */
  readonly picture: number;
  readonly engineId: string;
  /** Where to ask, at engines that say so themselves. */
  readonly pollingUrl: string | null;
}

/** What an engine tells while it draws. The last one is always `finished`. */
export type DrawingNews =
  /**
   * To be kept before the next is asked for: an engine that takes ids of ours tells this before it hands the
   * picture over, so that whoever takes the order on after a crash can ask for it.
   */
  | ({ readonly kind: 'submitted' } & Submission)
  | {
      readonly kind: 'progress';
      /** Steps done over all pictures, 0 – `steps`. */
      readonly step: number;
      readonly steps: number;
      readonly stage: string;
      readonly preview: Picture | null;
    }
  | {
      readonly kind: 'finished';
      readonly pictures: readonly Picture[];
      readonly model: string;
    };

/**
 * What draws pictures. `draw` ends in `finished`, or throws an `EngineError`, or, once `signal` is
 * aborted, stops its work and throws the signal's reason within a second. Pictures that were `submitted`
 * before and that the engine still has, or has drawn, are not drawn again.
 */
export interface ImageEngine {
  readonly name: string;
  readonly models: readonly string[];
  draw(
    order: DrawingOrder,
    signal: AbortSignal,
    submitted?: readonly Submission[],
  ): AsyncIterable<DrawingNews>;
  /** Resolves where it could draw now, as far as it can be told without drawing. @throws EngineError */
  health(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * The reason for an abort after which someone else asks for what the engine has: it isn't called off there, where
 * the engine can be asked for it later.
 */
export class HandedOver extends Error {
  constructor(readonly why: 'shutdown' | 'handedOver') {
    super(`stopped: ${why}`);
    this.name = 'HandedOver';
  }
}

/**
 * What a failure says about the engine, for whoever decides whether to go on asking it: `engine`: it is
 * unwell (no answer, too late, an error of its own). `request`: it is well, this drawing was the trouble.
 * `account`: it knows us no more, or our credit is spent; nothing will be drawn until someone acts.
 * `load`: it is well and busy; it wants to be asked later.
 */
export type Blame = 'engine' | 'request' | 'account' | 'load';

const usualBlame: Readonly<Record<FailureCode, Blame>> = {
  timeout: 'engine',
  stuck: 'engine',
  engine_unavailable: 'engine',
  out_of_memory: 'engine',
  internal: 'engine',
  engine_rejected: 'request',
  content_rejected: 'request',
  invalid_request: 'request',
  cancelled: 'request',
  quota_exceeded: 'load',
  queue_full: 'load',
};

export interface EngineErrorDetails extends ErrorOptions {
  /** Where it isn't what the code says by itself. */
  readonly blame?: Blame;
  /** How long the engine wants to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** A drawing failed. `code` is for the person; `message` is for the operator's log and is never shown. */
export class EngineError extends Error {
  readonly blame: Blame;
  readonly retryAfterMs: number | null;

  constructor(
    readonly code: FailureCode,
    message: string,
    readonly retryable: boolean,
    { blame, retryAfterMs, ...options }: EngineErrorDetails = {},
  ) {
    super(message, options);
    this.name = 'EngineError';
    this.blame = blame ?? usualBlame[code];
    this.retryAfterMs = retryAfterMs ?? null;
  }
}
