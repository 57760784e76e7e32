interface Size {
  readonly width: number;
  readonly height: number;
}

const size = (width: number, height: number): Size => ({ width, height });

/** Models that draw a few sizes only, by how their names begin. Others are asked for what is ordered. */
const fixed: readonly (readonly [model: string, sizes: readonly Size[]])[] = [
  ['gpt-image-1', [size(1024, 1024), size(1536, 1024), size(1024, 1536)]],
  ['dall-e-3', [size(1024, 1024), size(1792, 1024), size(1024, 1792)]],
  ['dall-e-2', [size(256, 256), size(512, 512), size(1024, 1024)]],
];

/**
 * The size to ask a model for: of those that it draws the one whose shape is nearest, and among these the
 * one whose area is. gpt-image-2 takes multiples of 16 within 1:3 and 3:1.
 */
export const sizeFor = (model: string, ordered: Size): Size => {
  const sizes = fixed.find(([beginning]) => model.startsWith(beginning))?.[1];
  if (sizes !== undefined) return nearest(sizes, ordered);
  return model.startsWith('gpt-image-') ? withinRatio(ordered) : ordered;
};

const nearest = (sizes: readonly Size[], ordered: Size): Size => {
  const distance = (one: Size): number =>
    10 * Math.abs(Math.log((one.width / one.height) * (ordered.height / ordered.width))) +
    Math.abs(Math.log((one.width * one.height) / (ordered.width * ordered.height)));
  return sizes.reduce((best, one) => (distance(one) < distance(best) ? one : best));
};

const withinRatio = ({ width, height }: Size): Size => {
  const short = Math.ceil(Math.max(width, height) / 3);
  return size(sixteenths(Math.max(width, short)), sixteenths(Math.max(height, short)));
};

const sixteenths = (side: number): number => Math.ceil(side / 16) * 16;
