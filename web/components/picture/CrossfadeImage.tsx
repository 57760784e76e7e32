import { useEffect, useRef, useState } from 'react';
import { useDarkroom } from '../../hooks/useDarkroom.ts';
import type { Loan } from '../../pictures/pictureCache.ts';

interface Layer {
  readonly imageId: string;
  readonly url: string;
  /** A preview stays a preview until the picture has covered it. */
  readonly alt: string;
  readonly testId: string;
}

/** A little more than the style sheet's fade. */
const fadeMs = 700;
/** Previews may come faster than they fade in: under one that is half there lie those before it. */
const layersKept = 4;

/**
 * A picture that becomes another one without a flicker: the new one is fetched and decoded unseen, then
 * fades in above the old one, which goes when it is covered. With `null` what is there stays.
 */
export const CrossfadeImage = ({
  imageId,
  alt,
  testId,
  onFailed,
}: {
  readonly imageId: string | null;
  readonly alt: string;
  readonly testId: string;
  readonly onFailed?: (() => void) | undefined;
}) => {
  const { pictures } = useDarkroom();
  const [layers, setLayers] = useState<readonly Layer[]>([]);
  const loans = useRef<Loan[]>([]);
  const failed = useRef(onFailed);
  failed.current = onFailed;

  useEffect(() => {
    if (imageId === null || loans.current.at(-1)?.imageId === imageId) return;
    const loan = pictures.borrow(imageId);
    let wanted = true;
    let cover: ReturnType<typeof setTimeout> | undefined;
    /** Lets go of all but the newest `count`. */
    const keep = (count: number): void => {
      for (const old of loans.current.splice(0, Math.max(0, loans.current.length - count))) old.giveBack();
      setLayers((shown) => shown.slice(-count));
    };
    const bring = async (): Promise<void> => {
      const url = await loan.url;
      const image = new Image();
      image.src = url;
      await image.decode();
      if (!wanted) return;
      loans.current.push(loan);
      setLayers((shown) => [
        ...shown.filter((layer) => layer.imageId !== imageId),
        { imageId, url, alt, testId },
      ]);
      keep(layersKept);
      cover = setTimeout(() => keep(1), fadeMs);
    };
    bring().catch(() => wanted && failed.current?.());
    return () => {
      wanted = false;
      clearTimeout(cover);
      if (!loans.current.includes(loan)) loan.giveBack();
    };
  }, [pictures, imageId, alt, testId]);

  useEffect(
    () => () => {
      for (const loan of loans.current.splice(0)) loan.giveBack();
    },
    [],
  );

  return layers.map((layer, index) => (
    <img
      key={layer.imageId}
      className="picture-layer"
      src={layer.url}
      alt={index === layers.length - 1 ? layer.alt : ''}
      data-testid={index === layers.length - 1 ? layer.testId : undefined}
      data-image-id={layer.imageId}
      draggable={index === layers.length - 1}
    />
  ));
};
