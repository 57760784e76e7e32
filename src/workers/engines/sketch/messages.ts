/** What one picture is painted from. */
export interface PaintingOrder {
  readonly prompt: string;
  readonly negativePrompt: string | null;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
}

/** What the engine asks of a drawing thread. One question at a time; each gets one answer. */
export type ThreadQuestion =
  | { readonly kind: 'begin'; readonly order: PaintingOrder }
  /** Paint on until this share (0–1) of the picture begun last is done. */
  | { readonly kind: 'advance'; readonly share: number; readonly preview: boolean }
  | { readonly kind: 'finish' };

export type ThreadAnswer =
  | { readonly kind: 'begun' }
  | { readonly kind: 'advanced'; readonly stage: string; readonly preview: ThreadPreview | null }
  | { readonly kind: 'finished'; readonly png: Uint8Array }
  | { readonly kind: 'failed'; readonly message: string; readonly outOfMemory: boolean };

export interface ThreadPreview {
  readonly jpeg: Uint8Array;
  readonly width: number;
  readonly height: number;
}
