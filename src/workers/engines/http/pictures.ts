import { createCanvas, type Image, loadImage } from '@napi-rs/canvas';
import { EngineError, type Picture } from '../imageEngine.ts';
import { type ImageFacts, imageFacts } from './imageBytes.ts';

/** No engine is asked for more than 1536 pixels a side; beyond this it is a mistake or an attack. */
const longestSide = 4_096;
const previewSide = 256;

interface Expected {
  readonly seed: number;
  /** Where the engine draws the size that it is asked for. */
  readonly size?: { readonly width: number; readonly height: number };
}

/**
 * Bytes of an engine as a picture, once they have been decoded to the end: an error page, an empty file or
 * half an image is a failure, never a broken picture in a conversation.
 * @throws EngineError
 */
export const checkedPicture = async (bytes: Uint8Array, { seed, size }: Expected): Promise<Picture> => {
  const { contentType, width, height } = (await decoded(bytes)).facts;
  if (size !== undefined && (width !== size.width || height !== size.height))
    throw new EngineError(
      'engine_rejected',
      `${size.width} × ${size.height} pixels were ordered, ${width} × ${height} came`,
      false,
    );
  return { bytes, contentType, width, height, seed };
};

/**
 * A preview small enough to be kept for every step; null where the bytes are no image: then there is none. It is
 * always encoded anew: were the last preview the picture itself, byte for byte, it would have the picture's id, and
 * removing the preview would remove the picture.
 */
export const previewOf = async (bytes: Uint8Array, seed: number): Promise<Picture | null> => {
  try {
    const { facts, image } = await decoded(bytes);
    const scale = Math.min(1, previewSide / Math.max(facts.width, facts.height));
    const width = Math.max(1, Math.round(facts.width * scale));
    const height = Math.max(1, Math.round(facts.height * scale));
    const canvas = createCanvas(width, height);
    canvas.getContext('2d').drawImage(image, 0, 0, width, height);
    return { bytes: await canvas.encode('jpeg', 80), contentType: 'image/jpeg', width, height, seed };
  } catch (cause) {
    if (cause instanceof EngineError) return null;
    throw cause;
  }
};

const decoded = async (bytes: Uint8Array): Promise<{ facts: ImageFacts; image: Image }> => {
  const facts = imageFacts(bytes);
  if (facts === null) throw broken(`${bytes.length} bytes came that are no PNG, JPEG or WebP`);
  const { width, height } = facts;
  if (width < 1 || height < 1 || width > longestSide || height > longestSide)
    throw broken(`an image of ${width} × ${height} pixels came`);
  const image = await loadImage(bytes).catch((cause: unknown) => {
    throw broken('an image came that can not be decoded', cause);
  });
  if (image.width !== width || image.height !== height)
    throw broken(`an image came that says ${width} × ${height} and is ${image.width} × ${image.height}`);
  return { facts, image };
};

const broken = (message: string, cause?: unknown): EngineError =>
  new EngineError('internal', message, true, { cause });
