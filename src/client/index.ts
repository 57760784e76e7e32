/** The public face of the client library: see docs/client.md. */

export type {
  Conversation,
  ImageState,
  Job,
  JobStatus,
  Message,
  ShownError,
  ShownPicture,
} from '../projections/model.ts';
export { calculateQueuePosition, type QueuePlaces, type WaitingJob } from '../projections/places.ts';
export {
  ApiProblem,
  type ConnectedClient,
  type ConnectionState,
  type ConnectOptions,
  type ConversationSubscription,
  type ConversationView,
  type DarkroomApi,
  type DarkroomClient,
  type ImageWish,
  type Observable,
  type Posted,
  type QueueView,
  type Session,
  type Subscription,
  type UserView,
  type ViewState,
} from './client.ts';
export type { Command } from './command.ts';
export { connect } from './connect.ts';
export type { Outbox, Outgoing } from './outbox.ts';
export { signIn, signInMode, signInWithToken } from './signIn.ts';
export { type ClientStorage, memoryStorage, webStorage } from './storage.ts';
