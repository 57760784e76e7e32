import { useEffect, useRef, useState } from 'react';
import type { ImageState } from '../../../src/projections/model.ts';
import { usePictureUrl } from '../../hooks/usePictureUrl.ts';
import { IconButton } from '../ui/IconButton.tsx';
import { DownloadButton } from './DownloadButton.tsx';

/** A job's pictures, large. Arrows go from one to the next, Escape closes. */
export const Lightbox = ({
  image,
  start,
  onClose,
}: {
  readonly image: ImageState;
  readonly start: number;
  readonly onClose: () => void;
}) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const [index, setIndex] = useState(start);
  const picture = image.images[index] ?? null;
  const { url, failed, again } = usePictureUrl(picture?.imageId ?? null);
  const several = image.images.length > 1;
  const turn = (by: number): void =>
    setIndex((current) => (current + by + image.images.length) % image.images.length);

  useEffect(() => {
    dialog.current?.showModal();
    // Not the first button: that one downloads, and an Enter too many is soon pressed.
    dialog.current?.focus();
  }, []);

  return (
    <dialog
      ref={dialog}
      className="lightbox"
      tabIndex={-1}
      data-testid="lightbox"
      aria-label={image.request.prompt}
      onClose={onClose}
      onClick={(event) => {
        if (event.target instanceof Element && !event.target.closest('button, img, figcaption'))
          dialog.current?.close();
      }}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight' && several) turn(1);
        if (event.key === 'ArrowLeft' && several) turn(-1);
      }}
    >
      <div className="lightbox-bar">
        {several && (
          <span className="lightbox-count" aria-live="polite">
            {index + 1} / {image.images.length}
          </span>
        )}
        <DownloadButton image={image} index={index} />
        <IconButton icon="close" label="Close" onClick={() => dialog.current?.close()} />
      </div>
      <figure>
        {url !== null && picture !== null && (
          <img src={url} alt={image.request.prompt} width={picture.width} height={picture.height} />
        )}
        {failed && (
          <button type="button" className="button" onClick={again}>
            It could not be loaded. Try again
          </button>
        )}
        <figcaption>
          <span className="lightbox-prompt" dir="auto">
            {image.request.prompt}
          </span>
          {picture !== null && (
            <small>
              {picture.width} × {picture.height} · seed {picture.seed}
            </small>
          )}
        </figcaption>
      </figure>
      {several && (
        <>
          <IconButton
            icon="left"
            label="The picture before"
            className="lightbox-turn before"
            size={24}
            onClick={() => turn(-1)}
          />
          <IconButton
            icon="right"
            label="The next picture"
            className="lightbox-turn after"
            size={24}
            onClick={() => turn(1)}
          />
        </>
      )}
    </dialog>
  );
};
