import { type CSSProperties, useState } from 'react';
import type { ImageState } from '../../../src/projections/model.ts';
import { Icon } from '../ui/Icon.tsx';
import { CrossfadeImage } from './CrossfadeImage.tsx';
import { DownloadButton } from './DownloadButton.tsx';

const altOf = ({ request, images }: ImageState, index: number): string =>
  images.length > 1 ? `${request.prompt} (${index + 1} of ${images.length})` : request.prompt;

/** One picture's room: the undeveloped paper, on it the preview, on that the picture. */
export const PictureCell = ({
  image,
  index,
  preview,
  drawing,
  onOpen,
}: {
  readonly image: ImageState;
  readonly index: number;
  readonly preview: string | null;
  readonly drawing: boolean;
  readonly onOpen: () => void;
}) => {
  const picture = image.images[index] ?? null;
  const [lost, setLost] = useState(false);
  const [tries, setTries] = useState(0);
  const alt = altOf(image, index);
  const hue = (image.request.seed + index * 67) % 360;
  return (
    <div
      className={`cell ${drawing ? 'cell-drawing' : ''} ${picture !== null && !lost ? 'cell-fetching' : ''}`}
      style={{ '--hue': hue, '--turn': image.request.seed % 7 } as CSSProperties}
    >
      <span className="paper" />
      <CrossfadeImage
        key={tries}
        imageId={picture?.imageId ?? preview}
        alt={picture === null ? `Preview: ${alt}` : alt}
        testId={picture === null ? 'job-preview' : 'job-picture'}
        onFailed={picture === null ? undefined : () => setLost(true)}
      />
      {picture !== null && !lost && (
        <>
          <button
            type="button"
            className="cell-open"
            aria-label={`Look at it closely: ${alt}`}
            onClick={onOpen}
          />
          <span className="cell-tools">
            <DownloadButton image={image} index={index} />
          </span>
        </>
      )}
      {lost && (
        <div className="cell-lost" role="alert">
          <p>This picture could not be loaded.</p>
          <button
            type="button"
            className="button button-small"
            onClick={() => {
              setLost(false);
              setTries(tries + 1);
            }}
          >
            <Icon name="retry" size={15} />
            Load it again
          </button>
        </div>
      )}
    </div>
  );
};
