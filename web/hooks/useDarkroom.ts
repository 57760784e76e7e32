import { createContext, useContext, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type {
  ConversationSubscription,
  DarkroomClient,
  QueueView,
  Subscription,
  UserView,
} from '../../src/client/client.ts';
import type { ConversationId } from '../../src/events/ids.ts';
import { createPictureCache, type PictureCache } from '../pictures/pictureCache.ts';
import { type ComposerState, type ComposerStore, createComposerStore } from '../stores/composerStore.ts';
import { followServer } from '../stores/followServer.ts';
import {
  createImageJobsStore,
  followConversation,
  followUser,
  type ImageJobsState,
  type ImageJobsStore,
  newestPosition,
} from '../stores/imageJobsStore.ts';
import { createOutbox, type Outbox } from '../stores/outboxStore.ts';

/** All that belongs to one sign-in, and ends with it. */
export interface Darkroom {
  readonly client: DarkroomClient;
  readonly user: Subscription<UserView>;
  readonly queue: Subscription<QueueView>;
  readonly jobs: ImageJobsStore;
  readonly composer: ComposerStore;
  readonly outbox: Outbox;
  readonly pictures: PictureCache;
  close(): void;
}

export const openDarkroom = (client: DarkroomClient, jobs = createImageJobsStore()): Darkroom => {
  const user = client.user();
  const queue = client.queue();
  const pictures = createPictureCache({
    load: (id, signal) => client.api.image(id, signal, newestPosition(jobs.getState())),
  });
  const outbox = createOutbox(client.outbox);
  const stop = followUser(jobs, user, queue);
  const stopAsking = followServer(jobs, client.api);
  return {
    client,
    user,
    queue,
    jobs,
    composer: createComposerStore(),
    outbox,
    pictures,
    close: () => {
      stop();
      stopAsking();
      outbox.close();
      user.close();
      queue.close();
      pictures.close();
      client.close();
    },
  };
};

const Context = createContext<Darkroom | null>(null);
export const DarkroomProvider = Context.Provider;

export const useDarkroom = (): Darkroom => {
  const darkroom = useContext(Context);
  if (darkroom === null) throw new Error('useDarkroom is for components inside DarkroomProvider.');
  return darkroom;
};

export const useSelf = () => useDarkroom().client.session.user;
export const useIsOperator = (): boolean => useSelf().roles.includes('operator');

export const useImageJobs = <Value>(select: (state: ImageJobsState) => Value): Value =>
  useStore(useDarkroom().jobs, select);

export const useComposer = <Value>(select: (state: ComposerState) => Value): Value =>
  useStore(useDarkroom().composer, select);

/** The subscription of a conversation while it is open on the page; null until it is asked for. */
export const useConversationSubscription = (id: ConversationId): ConversationSubscription | null => {
  const { client, jobs } = useDarkroom();
  const [subscription, setSubscription] = useState<ConversationSubscription | null>(null);
  useEffect(() => {
    const opened = client.conversation(id);
    const stop = followConversation(jobs, opened);
    setSubscription(opened);
    return () => {
      stop();
      opened.close();
      setSubscription(null);
    };
  }, [client, jobs, id]);
  return subscription;
};
