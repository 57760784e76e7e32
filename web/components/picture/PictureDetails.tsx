import type { ImageState } from '../../../src/projections/model.ts';
import { drawingTime } from '../../stores/imageJobsStore.ts';
import { bytes, fullTime, took } from '../../text/format.ts';
import { CopyButton } from '../ui/CopyButton.tsx';

/** Everything that made the picture what it is. */
export const PictureDetails = ({ image }: { readonly image: ImageState }) => {
  const { request, images, endedAt } = image;
  const drawn = drawingTime(image);
  const seed = String(image.seed ?? request.seed);
  const size = images[0] ?? request;
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['Prompt', request.prompt, true],
    ...(request.negativePrompt ? [['Leave out', request.negativePrompt, true] as const] : []),
    ['Size', `${size.width} × ${size.height}`, false],
    ['Steps', String(request.steps), false],
    ['Seed', seed, true],
    ['Model', image.model ?? request.model ?? 'the engine’s own', false],
    ['Engine', image.engine ?? 'not begun', false],
    ...(drawn === null ? [] : [['Drawn in', took(drawn), false] as const]),
    ...(images.length === 0
      ? []
      : [['File size', images.map((picture) => bytes(picture.bytes)).join(', '), false] as const]),
    ...(endedAt === null ? [] : [['Finished', fullTime(endedAt), false] as const]),
  ];
  return (
    <dl className="details">
      {rows.map(([name, value, copyable]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <span dir="auto">{value}</span>
            {copyable && <CopyButton text={value} label={`Copy: ${name.toLowerCase()}`} />}
          </dd>
        </div>
      ))}
    </dl>
  );
};
