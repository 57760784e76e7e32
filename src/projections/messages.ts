import type { Event } from '../events/catalogue.ts';
import type { Position } from '../events/ids.ts';
import type { JobEvent } from '../events/job.ts';
import { mergePatch } from '../events/mergePatch.ts';
import { acceptedImage, foldImage, isJobEvent, queuedImage } from './imageState.ts';
import type { ImageState, Message } from './model.ts';
import { projection } from './projection.ts';

/** The picture of a message after an event of one of its jobs: it shows the newest job, and lists the others. */
const foldMessageImage = (image: ImageState, event: Event<JobEvent>): ImageState => {
  if (event.type === 'JobQueued' && event.data.retryOf === image.jobId) {
    const { jobId, error, endedAt } = image;
    return { ...queuedImage(event), previous: [...image.previous, { jobId, error, endedAt }] };
  }
  return event.jobId === image.jobId ? foldImage(image, event) : image;
};

/** Field by field, for it is made at each step of a picture: see `copied` of imageState.ts. */
const withImage = (message: Message, image: ImageState, position: Position): Message => ({
  messageId: message.messageId,
  conversationId: message.conversationId,
  author: message.author,
  text: message.text,
  createdAt: message.createdAt,
  editedAt: message.editedAt,
  removed: message.removed,
  metadata: message.metadata,
  image,
  postedPosition: message.postedPosition,
  revision: message.revision,
  position,
});

const foldMessageEvent = (message: Message, event: Event): Message => {
  const { revision, position } = event;
  switch (event.type) {
    case 'MessageEdited':
      return { ...message, text: event.data.text, editedAt: event.at, revision, position };
    case 'MessageMetadataMerged':
      return { ...message, metadata: mergePatch(message.metadata, event.data.patch), revision, position };
    case 'MessageRemoved':
      return { ...message, text: '', metadata: {}, image: null, removed: true, revision, position };
    default: {
      if (!isJobEvent(event) || message.image === null) return message;
      const image = foldMessageImage(message.image, event);
      return image === message.image ? message : withImage(message, image, position);
    }
  }
};

/**
 * The message after an event about it, the same reference where nothing changes. The one reducer of
 * server and browser: an event that isn't newer than the document is in it already.
 */
export const foldMessage = (message: Message | null, event: Event): Message | null => {
  if (message !== null)
    return event.position <= message.position ? message : foldMessageEvent(message, event);
  if (event.type !== 'MessagePosted') return null;
  const { messageId, conversationId, author, text, metadata, image } = event.data;
  return {
    messageId,
    conversationId,
    author,
    text,
    createdAt: event.at,
    editedAt: null,
    removed: false,
    metadata,
    image: image === null ? null : acceptedImage(image.jobId, image.request, image.priority),
    postedPosition: event.position,
    revision: event.revision,
    position: event.position,
  };
};

export const messages = projection<Message>({
  name: 'messages',
  version: 2,
  indexes: [['conversationId', 'postedPosition']],
  keys: ({ messageId }) => (messageId === undefined ? [] : [messageId]),
  apply: foldMessage,
});
