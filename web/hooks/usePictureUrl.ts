import { useCallback, useEffect, useState } from 'react';
import { useDarkroom } from './useDarkroom.ts';

export interface PictureUrl {
  readonly imageId: string | null;
  readonly url: string | null;
  readonly failed: boolean;
  readonly again: () => void;
}

const nothing = { imageId: null, url: null, failed: false };

/** The object URL of a picture while it is shown; it is given back afterwards. */
export const usePictureUrl = (imageId: string | null): PictureUrl => {
  const { pictures } = useDarkroom();
  const [state, setState] = useState<Omit<PictureUrl, 'again'>>(nothing);
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `tries` asks once more
  useEffect(() => {
    if (imageId === null) return;
    let shown = true;
    const loan = pictures.borrow(imageId);
    loan.url
      .then((url) => shown && setState({ imageId, url, failed: false }))
      // Shown to the person, who can ask again; of a preview that is gone by now nobody needs to hear.
      .catch(() => shown && setState({ imageId, url: null, failed: true }));
    return () => {
      shown = false;
      loan.giveBack();
    };
  }, [pictures, imageId, tries]);
  const again = useCallback(() => setTries((count) => count + 1), []);
  return { ...(state.imageId === imageId ? state : nothing), again };
};
