import { createHash } from 'node:crypto';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { startPainting } from '../../../../../src/workers/engines/sketch/painting.ts';
import { settings } from '../../../../../src/workers/engines/sketch/scene.ts';

interface Wanted {
  readonly prompt: string;
  readonly negativePrompt?: string;
  readonly width?: number;
  readonly height?: number;
  readonly seed?: number;
}

function paint({ prompt, negativePrompt, width = 64, height = 64, seed = 1 }: Wanted, steps = 1): Uint8Array {
  const painting = startPainting({ prompt, negativePrompt: negativePrompt ?? null, width, height, seed });
  for (let step = 1; step <= steps; step++) painting.advance(step / steps);
  return painting.png();
}

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function meanColour(png: Uint8Array): Promise<{ red: number; green: number; blue: number }> {
  const picture = await loadImage(png);
  const context = createCanvas(1, 1).getContext('2d');
  context.imageSmoothingQuality = 'high';
  const small = createCanvas(16, 16).getContext('2d');
  small.imageSmoothingQuality = 'high';
  small.drawImage(picture, 0, 0, 16, 16);
  const { data } = small.getImageData(0, 0, 16, 16);
  const mean = (channel: number): number => {
    let sum = 0;
    for (let at = channel; at < data.length; at += 4) sum += data[at] ?? 0;
    return sum / (data.length / 4);
  };
  return { red: mean(0), green: mean(1), blue: mean(2) };
}

describe('painting', () => {
  it('paints the same bytes for the same prompt, seed and size, in however many steps', () => {
    const once = hash(paint({ prompt: 'a fox in the forest' }));
    expect(hash(paint({ prompt: 'a fox in the forest' }, 7))).toBe(once);
    expect(hash(paint({ prompt: 'a fox in the forest' }, 150))).toBe(once);
  });

  it('paints another picture for another seed, prompt, negative prompt or size', () => {
    const all = [
      paint({ prompt: 'a boat on the sea at night' }),
      paint({ prompt: 'a boat on the sea at night', seed: 2 }),
      paint({ prompt: 'a ship on the sea at night' }),
      paint({ prompt: 'a boat on the sea at night', negativePrompt: 'boat' }),
      paint({ prompt: 'a boat on the sea at night', width: 72 }),
    ];
    expect(new Set(all.map(hash)).size).toBe(all.length);
  });

  it('makes a picture of the size that was ordered, square, wide and tall', async () => {
    for (const [width, height] of [
      [64, 64],
      [256, 64],
      [64, 320],
      [200, 304],
    ] as const) {
      const picture = await loadImage(paint({ prompt: 'hills', width, height }));
      expect([picture.width, picture.height]).toEqual([width, height]);
    }
  });

  it.each([
    ['red', 'red'],
    ['green', 'green'],
    ['blue', 'blue'],
  ] as const)('turns a picture in %s to that colour', async (word, channel) => {
    for (const subject of ['abstract', 'mountains', 'portrait of a woman']) {
      const named = await meanColour(paint({ prompt: `${subject} in ${word}` }));
      const others = (['red', 'green', 'blue'] as const).filter((other) => other !== channel);
      const plain = await meanColour(paint({ prompt: subject }));
      const lean = (mean: typeof named): number =>
        mean[channel] - (mean[others[0] ?? 'red'] + mean[others[1] ?? 'red']) / 2;
      expect(lean(named), `${subject} in ${word}`).toBeGreaterThan(lean(plain) + 4);
    }
  });

  it('paints the night darker than the day, and a storm darker than a clear sky', async () => {
    const light = async (prompt: string): Promise<number> => {
      const { red, green, blue } = await meanColour(paint({ prompt }));
      return red + green + blue;
    };
    expect(await light('the sea at night')).toBeLessThan((await light('the sea at noon')) * 0.6);
    expect(await light('the sea at noon in a storm')).toBeLessThan(await light('the clear sea at noon'));
  });

  it('paints every setting, and no two alike', async () => {
    const prompts = [
      'mountains',
      'hills',
      'desert',
      'sea',
      'city',
      'forest',
      'garden',
      'night sky',
      'galaxy',
      'portrait',
      'still life',
      'abstract',
    ];
    expect(prompts).toHaveLength(settings.length);
    const all = prompts.map((prompt) => hash(paint({ prompt })));
    expect(new Set(all).size).toBe(prompts.length);
  });

  it('paints every subject', () => {
    const plain = hash(paint({ prompt: 'hills' }));
    for (const thing of [
      'fox',
      'wolf',
      'cat',
      'dog',
      'deer',
      'birds',
      'house',
      'person',
      'balloon',
      'tree',
    ]) {
      expect(hash(paint({ prompt: `hills, ${thing}` })), thing).not.toBe(plain);
    }
  });

  it('shows a preview that changes from stage to stage, and is small', async () => {
    const painting = startPainting({
      prompt: 'lake',
      negativePrompt: null,
      width: 512,
      height: 256,
      seed: 1,
    });
    const stages: string[] = [];
    const previews = [0.1, 0.3, 0.6, 1].map((share) => {
      stages.push(painting.advance(share));
      return painting.preview();
    });
    expect(new Set(previews.map(({ jpeg }) => hash(jpeg))).size).toBe(4);
    expect(new Set(stages).size).toBeGreaterThan(2);
    expect(previews[0]).toMatchObject({ width: 256, height: 128 });
    expect((await loadImage(previews[3]?.jpeg ?? new Uint8Array())).width).toBe(256);
  });
});
