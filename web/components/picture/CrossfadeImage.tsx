import { useEffect, useRef, useState } from 'react';
import { useDarkroom } from '../../hooks/useDarkroom.ts';

interface Layer {
  readonly imageId: string;
  readonly url: string;
}

/** A little more than the style sheet's fade. */
const fadeMs = 700;

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
  const held = useRef<string[]>([]);
  const failed = useRef(onFailed);
  failed.current = onFailed;

  useEffect(() => {
    if (imageId === null || held.current.at(-1) === imageId) return;
    let wanted = true;
    let cover: ReturnType<typeof setTimeout> | undefined;
    const bring = async (): Promise<void> => {
      const url = await pictures.borrow(imageId);
      const image = new Image();
      image.src = url;
      await image.decode();
      if (!wanted) return pictures.release(imageId);
      held.current.push(imageId);
      setLayers((shown) => [...shown, { imageId, url }].slice(-2));
      cover = setTimeout(() => {
        for (const old of held.current.splice(0, held.current.length - 1)) pictures.release(old);
        setLayers((shown) => shown.slice(-1));
      }, fadeMs);
    };
    bring().catch(() => {
      pictures.release(imageId);
      if (wanted) failed.current?.();
    });
    return () => {
      wanted = false;
      clearTimeout(cover);
    };
  }, [pictures, imageId]);

  useEffect(
    () => () => {
      for (const old of held.current.splice(0)) pictures.release(old);
    },
    [pictures],
  );

  return layers.map((layer, index) => (
    <img
      key={layer.imageId}
      className="picture-layer"
      src={layer.url}
      alt={index === layers.length - 1 ? alt : ''}
      data-testid={index === layers.length - 1 ? testId : undefined}
      data-image-id={layer.imageId}
      draggable={index === layers.length - 1}
    />
  ));
};
