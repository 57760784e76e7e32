import type { Picture } from '../imageEngine.ts';

export interface ImageFacts {
  readonly contentType: Picture['contentType'];
  readonly width: number;
  readonly height: number;
}

/**
 * What the bytes say that an image is, and how large; null where they are no PNG, JPEG or WebP, or only the
 * beginning of one (the decoder shows what it has, and says nothing). Read before anything is decoded, so
 * that a small file that claims to be a huge picture costs nothing.
 */
export const imageFacts = (bytes: Uint8Array): ImageFacts | null => {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return png(data) ?? jpeg(data) ?? webp(data);
};

const png = (data: Buffer): ImageFacts | null =>
  data.length >= 24 && data.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n' && endsWith(data, 'IEND')
    ? { contentType: 'image/png', width: data.readUInt32BE(16), height: data.readUInt32BE(20) }
    : null;

/** Walks from segment to segment up to the one that begins a frame (SOF), which holds the size. */
const jpeg = (data: Buffer): ImageFacts | null => {
  if (data.length < 4 || data.readUInt16BE(0) !== 0xffd8 || !endsWith(data, '\xff\xd9')) return null;
  let at = 2;
  while (at + 9 <= data.length && data[at] === 0xff) {
    const marker = data[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame)
      return {
        contentType: 'image/jpeg',
        width: data.readUInt16BE(at + 7),
        height: data.readUInt16BE(at + 5),
      };
    at += marker === 0xff ? 1 : 2 + data.readUInt16BE(at + 2);
  }
  return null;
};

/** The three kinds of WebP write their size in three ways: VP8X less one, VP8L in bits, VP8 in its frame. */
const webp = (data: Buffer): ImageFacts | null => {
  if (data.length < 30 || data.toString('latin1', 0, 4) !== 'RIFF') return null;
  if (data.length < 8 + data.readUInt32LE(4)) return null;
  const kind = data.toString('latin1', 8, 16);
  const contentType = 'image/webp';
  if (kind === 'WEBPVP8X')
    return { contentType, width: data.readUIntLE(24, 3) + 1, height: data.readUIntLE(27, 3) + 1 };
  if (kind === 'WEBPVP8L') {
    const bits = data.readUInt32LE(21);
    return { contentType, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (kind !== 'WEBPVP8 ') return null;
  return { contentType, width: data.readUInt16LE(26) & 0x3fff, height: data.readUInt16LE(28) & 0x3fff };
};

/** Some encoders leave a few bytes behind the end of the image. */
const slack = 1_024;

const endsWith = (data: Buffer, end: string): boolean =>
  data.subarray(Math.max(0, data.length - slack)).includes(end, 0, 'latin1');
