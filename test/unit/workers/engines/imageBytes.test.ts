import { createCanvas } from '@napi-rs/canvas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageFacts } from '../../../../src/workers/engines/http/imageBytes.ts';

const canvas = createCanvas(72, 40);
canvas.getContext('2d').fillRect(3, 3, 20, 20);
const encoded = {
  'image/png': canvas.toBuffer('image/png'),
  'image/jpeg': canvas.toBuffer('image/jpeg'),
  'image/webp': canvas.toBuffer('image/webp'),
};

describe('the bytes of an image', () => {
  it.each(Object.entries(encoded))('say type and size: %s', (contentType, bytes) => {
    expect(imageFacts(bytes)).toEqual({ contentType, width: 72, height: 40 });
  });

  it.each(Object.entries(encoded))('are no image when they end in the middle: %s', (_, bytes) => {
    expect(imageFacts(bytes.subarray(0, bytes.length - 20))).toBeNull();
  });

  it('are never taken for an image, and never break the reading, when they are anything else', () => {
    const beginnings = fc.constantFrom(
      ...Object.values(encoded).flatMap((bytes) => [2, 12, 30].map((length) => bytes.subarray(0, length))),
      Buffer.alloc(0),
      Buffer.from('RIFF\x10\0\0\0WEBPVP8L'),
    );
    fc.assert(
      fc.property(beginnings, fc.uint8Array({ maxLength: 60 }), (beginning, rest) => {
        imageFacts(Buffer.concat([beginning, rest]));
      }),
    );
    expect(imageFacts(Buffer.from('<html>Bad gateway</html>'.padEnd(200)))).toBeNull();
  });
});
