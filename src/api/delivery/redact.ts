import type { ImageRequest } from '../../events/imageRequest.ts';
import type { Job } from '../../projections/model.ts';
import type { OwnedEvent } from '../../projections/scopes.ts';

const wordless = (request: ImageRequest): ImageRequest => ({ ...request, prompt: '', negativePrompt: '' });

/** What somebody who has left the conversation is told about their job there: its state, no text, no image. */
export const redact = (event: OwnedEvent): OwnedEvent => {
  switch (event.type) {
    case 'MessagePosted': {
      const { image } = event.data;
      const without = image === null ? null : { ...image, request: wordless(image.request) };
      return { ...event, data: { ...event.data, text: '', metadata: {}, image: without } };
    }
    case 'MessageEdited':
      return { ...event, data: { ...event.data, text: '' } };
    case 'MessageMetadataMerged':
      return { ...event, data: { ...event.data, patch: {} } };
    case 'JobQueued':
      return { ...event, data: { ...event.data, request: wordless(event.data.request) } };
    case 'JobProgressed':
      return { ...event, data: { ...event.data, preview: null } };
    case 'JobCompleted':
      return { ...event, data: { ...event.data, images: [] } };
    default:
      return event;
  }
};

/** The same for a job of a snapshot. */
export const redactJob = (job: Job): Job => ({
  ...job,
  request: wordless(job.request),
  preview: null,
  images: [],
});
