import type { Principal } from '../../../commands/permissions.ts';
import { notFound, Problem } from '../../problems.ts';
import { downloadAs } from '../downloadAs.ts';
import { type Answer, type Operation, operation } from '../operation.ts';
import type { HttpApiParts } from '../parts.ts';
import { readingOf } from '../reading.ts';
import { imageParams, imageQuery, isImageId } from '../schemas.ts';

/** An image's id is the hash of its bytes: what it names never changes, but who may see it does. */
const headersOf = (etag: string) => ({
  ETag: etag,
  'Cache-Control': 'private, immutable, max-age=31536000',
  Vary: 'Authorization',
});

const isHeld = (etag: string, ifNoneMatch: string | undefined): boolean =>
  (ifNoneMatch ?? '')
    .split(',')
    .map((each) => each.trim().replace(/^W\//, ''))
    .some((each) => each === '*' || each === etag);

const gone = () =>
  new Problem('preview_gone', 'This was a preview of a picture that has ended; previews are not kept.');

/** Bytes of pictures and previews, for those in whose conversations they are. */
export const imageOperations = ({ readModel, images }: HttpApiParts): readonly Operation[] => {
  const { isIn } = readingOf(readModel);

  /** Uses that the person may see: in a conversation of theirs, of a message that is still there. */
  const usesFor = async (who: Principal, imageId: string) => {
    const uses = isImageId(imageId) ? await readModel.imageUses(imageId) : [];
    const visible = await Promise.all(
      uses.map(
        async ({ job }) =>
          (await isIn(who, job.conversationId)) &&
          (await readModel.message(job.messageId))?.removed === false,
      ),
    );
    return uses.filter((_, index) => visible[index]);
  };

  const bytesOf = async (imageId: string, download: string | undefined): Promise<Answer> => {
    const image = await images.get(imageId);
    if (image === null) throw notFound('image');
    return {
      status: 200,
      headers: {
        ...headersOf(`"${imageId}"`),
        'Content-Type': image.contentType,
        ...(download === undefined ? {} : { 'Content-Disposition': downloadAs(download) }),
      },
      body: image.bytes,
    };
  };

  return [
    operation({
      method: 'get',
      path: '/images/:imageId',
      params: imageParams,
      query: imageQuery,
      async answer({ context, params: { imageId }, query, header }) {
        const uses = await usesFor(context.principal, imageId);
        if (uses.length === 0) throw notFound('image');
        if (!uses.some(({ kind, job }) => kind === 'picture' || job.active)) throw gone();
        const etag = `"${imageId}"`;
        return isHeld(etag, header('If-None-Match'))
          ? { status: 304, headers: headersOf(etag), body: null }
          : bytesOf(imageId, query.download);
      },
    }),
  ];
};
