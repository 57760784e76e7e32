import type { DomainEvent } from '../events/catalogue.ts';
import type { ImageId } from '../events/ids.ts';
import type { ImageUse } from './model.ts';
import { projection } from './projection.ts';

const idsIn = (event: DomainEvent): readonly ImageId[] => {
  if (event.type === 'JobCompleted') return event.data.images.map(({ imageId }) => imageId);
  if (event.type === 'JobProgressed' && event.data.preview !== null) return [event.data.preview];
  return [];
};

/** Which jobs an image was made by: whoever may see one of them may see the image. */
export const images = projection<ImageUse>({
  name: 'images',
  version: 1,
  indexes: [['imageId', 'jobId']],
  keys: (event) => idsIn(event).map((imageId) => `${imageId}:${event.jobId}`),
  apply: (use, event, id) => {
    const { jobId, conversationId, position } = event;
    const imageId = idsIn(event).find((candidate) => id.startsWith(candidate));
    if (jobId === undefined || conversationId === undefined || imageId === undefined) return use;
    if (use !== null && (position <= use.position || event.type === 'JobProgressed')) return use;
    const kind = event.type === 'JobCompleted' ? 'picture' : 'preview';
    return { imageId, jobId, conversationId, kind, position };
  },
});
