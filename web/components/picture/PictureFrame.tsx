import { type CSSProperties, type ReactNode, useState } from 'react';
import type { ImageState } from '../../../src/projections/model.ts';
import { pictureBeingDrawn } from '../../text/imageJob.ts';
import { frameLayout } from '../../text/layout.ts';
import { PictureCell } from './PictureCell.tsx';

const styleOf = ({ request }: ImageState): CSSProperties => {
  const { columns, cellRatio, ratio } = frameLayout(request.width, request.height, request.count);
  return { '--columns': columns, '--cell-ratio': cellRatio, '--ratio': ratio } as CSSProperties;
};

/** The newest preview of each picture of the job: one that is drawn already keeps its last. */
const usePreviews = (image: ImageState): ReadonlyMap<number, string> => {
  const [previews, setPreviews] = useState<ReadonlyMap<number, string>>(new Map());
  const at = pictureBeingDrawn(image);
  if (image.status === 'running' && image.preview !== null && previews.get(at) !== image.preview)
    setPreviews(new Map(previews).set(at, image.preview));
  return previews;
};

/** The room of a job's pictures, from the moment it was asked for. */
export const PictureFrame = ({
  image,
  onOpen,
  children,
}: {
  readonly image: ImageState;
  readonly onOpen: (index: number) => void;
  readonly children?: ReactNode;
}) => {
  const previews = usePreviews(image);
  const drawing = image.status === 'running' ? pictureBeingDrawn(image) : null;
  return (
    <div className="frame" style={styleOf(image)}>
      {Array.from({ length: image.request.count }, (_, index) => (
        <PictureCell
          // biome-ignore lint/suspicious/noArrayIndexKey: the index is which picture it is
          key={index}
          image={image}
          index={index}
          preview={previews.get(index) ?? (drawing === index ? image.preview : null)}
          drawing={drawing === index}
          onOpen={() => onOpen(index)}
        />
      ))}
      {children}
    </div>
  );
};
