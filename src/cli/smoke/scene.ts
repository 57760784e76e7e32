import {
  type ConnectedClient,
  connect,
  type Message,
  memoryStorage,
  type Session,
} from '../../client/index.ts';
import type { ConversationId } from '../../events/ids.ts';
import type { Patience } from './patience.ts';

/** What the checks work on: one person, and the one conversation that is removed again. */
export interface Scene extends Patience {
  readonly url: string;
  readonly session: Session;
  readonly client: ConnectedClient;
  readonly conversationId: ConversationId;
  /** The conversation as the server has it when it is asked, but for places: those move meanwhile. */
  readonly read: () => Promise<readonly Message[]>;
}

const withoutPlace = (message: Message): Message =>
  message.image === null ? message : { ...message, image: { ...message.image, place: null } };

export const openScene = async (url: string, session: Session, patience: Patience): Promise<Scene> => {
  const client = connect({ url, session, stateStorage: memoryStorage() });
  const { conversation } = await client.api.startConversation({ title: 'Smoke check' });
  const { conversationId } = conversation;
  const read = async () => {
    const { items } = await client.api.messages(conversationId);
    return items.map(withoutPlace).toReversed();
  };
  return { ...patience, url, session, client, conversationId, read };
};

/** Takes the conversation away: its messages, with their pictures, and from the list of those that go on. */
export const removeScene = async ({ client, conversationId, read }: Scene): Promise<string> => {
  try {
    const messages = (await read()).filter(({ removed }) => !removed);
    for (const { messageId } of messages) await client.api.removeMessage(messageId);
    await client.api.archiveConversation(conversationId);
    return `${messages.length} messages removed, conversation archived`;
  } finally {
    client.close();
  }
};
