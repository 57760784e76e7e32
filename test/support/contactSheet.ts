import { mkdirSync, writeFileSync } from 'node:fs';
import { createCanvas, loadImage } from '@napi-rs/canvas';

const gap = 16;

/** Lays pictures out in columns, the next one always where there is most room, and keeps them as one WebP. */
export const contactSheet = async (
  name: string,
  pictures: readonly Buffer[],
  { columns, background }: { readonly columns: number; readonly background: string },
): Promise<void> => {
  const images = await Promise.all(pictures.map((bytes) => loadImage(bytes)));
  const width = Math.max(...images.map((image) => image.width));
  const heights = Array.from({ length: columns }, () => gap);
  const placed = images.map((image) => {
    const column = heights.indexOf(Math.min(...heights));
    const y = heights[column] ?? gap;
    heights[column] = y + image.height + gap;
    return { image, x: gap + column * (width + gap), y };
  });
  const canvas = createCanvas(gap + columns * (width + gap), Math.max(...heights));
  const context = canvas.getContext('2d');
  context.fillStyle = background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const { image, x, y } of placed) context.drawImage(image, x, y);
  mkdirSync('test-results/screens', { recursive: true });
  writeFileSync(`test-results/screens/${name}.webp`, await canvas.encode('webp', 80));
};
