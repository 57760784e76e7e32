/**
 * Where pictures and previews lie. Content-addressed: an image's id is the SHA-256 of its bytes in
 * lower-case hexadecimal, so storing the same bytes twice is one image and an id never changes meaning.
 */
export interface ImageStore {
  /** Durable when it resolves; a crash in the middle leaves no partial image under the id. */
  put(bytes: Uint8Array, contentType: ImageContentType): Promise<StoredImage>;
  /** Null where there is no such image (also for an id that is no id: nothing is read outside the store). */
  get(imageId: string): Promise<(StoredImage & { readonly bytes: Uint8Array }) | null>;
  /** Removing what isn't there is no error. */
  remove(imageId: string): Promise<void>;
  /** Ids of images that were put before then and not since, in no order; what is put or removed meanwhile may be missing. */
  storedBefore(time: Date): AsyncIterable<string>;
  /**
   * Removes an image where it was put before then and not since: one that is put at the same time stays. True for
   * the one who removed it.
   */
  collect(imageId: string, storedBefore: Date): Promise<boolean>;
}

export type ImageContentType = 'image/png' | 'image/jpeg' | 'image/webp';

export interface StoredImage {
  readonly imageId: string;
  readonly contentType: ImageContentType;
  readonly size: number;
}

/** The store can't be reached or is full; the caller may try again. */
export class ImageStoreUnavailable extends Error {
  readonly code = 'image_store_unavailable';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImageStoreUnavailable';
  }
}
