import type { ImageState } from '../../../src/projections/model.ts';
import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom } from '../../hooks/useDarkroom.ts';
import { fileName } from '../../text/imageJob.ts';
import { IconButton } from '../ui/IconButton.tsx';

/** Long enough for the browser to have taken the bytes before their URL goes. */
const handOverMs = 30_000;

export const DownloadButton = ({ image, index }: { readonly image: ImageState; readonly index: number }) => {
  const { pictures } = useDarkroom();
  const { busy, run } = useAction('The picture was not downloaded');
  const picture = image.images[index];
  if (picture === undefined) return null;
  const download = async (): Promise<void> => {
    const loan = pictures.borrow(picture.imageId);
    try {
      const link = document.createElement('a');
      link.href = await loan.url;
      link.download = fileName(image, index);
      link.click();
    } finally {
      setTimeout(loan.giveBack, handOverMs);
    }
  };
  return (
    <IconButton
      icon="download"
      label="Download"
      data-testid="job-download"
      disabled={busy}
      onClick={() => run(download)}
    />
  );
};
