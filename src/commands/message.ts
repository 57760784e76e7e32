import { isDeepStrictEqual } from 'node:util';
import type { Event } from '../events/catalogue.ts';
import type { JsonObject } from '../events/json.ts';
import { mergePatch } from '../events/mergePatch.ts';
import { type MessageEvent, messageEvents, messageMetadata } from '../events/message.ts';
import type { Subject } from '../events/metadata.ts';
import type { Decider } from './decider.ts';
import { DomainError } from './errors.ts';

/** Removed is the end: what was in the message is no longer shown, and nothing of it changes. */
export type MessageState =
  | { readonly status: 'none' }
  | (Posted & { readonly status: 'posted'; readonly text: string; readonly metadata: JsonObject })
  | (Posted & { readonly status: 'removed' });

export type PostedMessage = Extract<MessageEvent, { type: 'MessagePosted' }>['data'];

interface Posted {
  /** As it was at first, whatever was edited since. */
  readonly posted: PostedMessage;
}

export type MessageCommand =
  | {
      readonly type: 'post';
      readonly message: PostedMessage;
      /** Its picture's seed was left open and chosen for it: repeating the command may choose another. */
      readonly seedLeftOpen: boolean;
    }
  | { readonly type: 'edit'; readonly text: string }
  | { readonly type: 'merge'; readonly patch: JsonObject }
  | { readonly type: 'remove' };

type Post = Extract<MessageCommand, { type: 'post' }>;

const isMessageEvent = (event: Event): event is Event<MessageEvent> =>
  Object.hasOwn(messageEvents, event.type);

const evolve = (message: MessageState, event: Event): MessageState => {
  if (!isMessageEvent(event)) return message;
  if (event.type === 'MessagePosted') {
    if (message.status !== 'none') return message;
    const { data: posted } = event;
    return { status: 'posted', posted, text: posted.text, metadata: posted.metadata };
  }
  if (message.status !== 'posted') return message;
  switch (event.type) {
    case 'MessageEdited':
      return { ...message, text: event.data.text };
    case 'MessageMetadataMerged':
      return { ...message, metadata: mergePatch(message.metadata, event.data.patch) };
    case 'MessageRemoved':
      return { status: 'removed', posted: message.posted };
  }
};

/** As the log keeps it: JSON knows no minus zero, so that what differs by it alone is the same. */
const asKept = (value: object): unknown => JSON.parse(JSON.stringify(value));

const sameJson = (one: object, other: object): boolean => isDeepStrictEqual(asKept(one), asKept(other));

/** What a repetition must share with the first; names may change, and an open seed says nothing. */
const content = ({ author, image, ...rest }: PostedMessage, seedLeftOpen: boolean) => ({
  ...rest,
  authorId: author.id,
  image:
    image === null
      ? null
      : { ...image, request: { ...image.request, seed: seedLeftOpen ? null : image.request.seed } },
});

const post = ({ message: wanted, seedLeftOpen }: Post, message: MessageState): MessageEvent[] => {
  if (message.status === 'none') return [{ type: 'MessagePosted', data: wanted }];
  if (sameJson(content(wanted, seedLeftOpen), content(message.posted, seedLeftOpen))) return [];
  throw new DomainError('id_taken', 'Another message has this id already. Choose a new id, or leave it out.');
};

const fits = (metadata: JsonObject): boolean => messageMetadata.safeParse(metadata).success;

const merge = (patch: JsonObject, before: JsonObject): MessageEvent[] => {
  const merged: MessageEvent = { type: 'MessageMetadataMerged', data: { patch } };
  // A patch that is wrong in itself goes no further than to the schema of the event, which refuses it.
  if (!fits(patch)) return [merged];
  const metadata = mergePatch(before, patch);
  if (sameJson(metadata, before)) return [];
  if (!fits(metadata))
    throw new DomainError(
      'metadata_too_large',
      'With this change the metadata would be over 64 KB, or nested more than 16 deep. Remove something first.',
    );
  return [merged];
};

export const noSuchMessage = (): DomainError =>
  new DomainError('not_found', 'There is no message with this id that you can see.');

export const removedError = (): DomainError =>
  new DomainError('message_removed', 'This message was removed: nothing of it can be changed.');

const decide = (command: MessageCommand, message: MessageState): readonly MessageEvent[] => {
  if (command.type === 'post') return post(command, message);
  if (message.status === 'none') throw noSuchMessage();
  if (command.type === 'remove')
    return message.status === 'removed' ? [] : [{ type: 'MessageRemoved', data: {} }];
  if (message.status === 'removed') throw removedError();
  switch (command.type) {
    case 'edit':
      return command.text === message.text ? [] : [{ type: 'MessageEdited', data: { text: command.text } }];
    case 'merge':
      return merge(command.patch, message.metadata);
  }
};

/** A message with a picture concerns its job from the first moment, for people see that as accepted. */
const subjectOf = ([first]: readonly MessageEvent[], message: MessageState): Subject => {
  if (message.status !== 'none') {
    const { conversationId, messageId, author } = message.posted;
    const concerned = { conversationId, messageId };
    return first?.type === 'MessageEdited' ? { ...concerned, authorId: author.id } : concerned;
  }
  if (first?.type !== 'MessagePosted') return {};
  const { conversationId, messageId, author, image } = first.data;
  const concerned = { conversationId, messageId };
  return image === null ? concerned : { ...concerned, jobId: image.jobId, ownerId: author.id };
};

export const messageDecider: Decider<MessageState, MessageCommand, MessageEvent> = {
  initial: { status: 'none' },
  evolve,
  decide,
  subjectOf,
};
