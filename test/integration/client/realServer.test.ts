import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DarkroomClient } from '../../../src/client/client.ts';
import { connect, signIn } from '../../../src/client/index.ts';
import type { ConversationId } from '../../../src/events/ids.ts';
import type { Message } from '../../../src/projections/model.ts';
import { openRealServer } from '../../support/scriptedServerReal.ts';
import { until } from '../../support/until.ts';

let server: Awaited<ReturnType<typeof openRealServer>>;
beforeAll(async () => {
  server = await openRealServer();
});
afterAll(() => server.close());

const open = async (name: string): Promise<DarkroomClient> =>
  connect({ url: server.url, session: await signIn(server.url, name), tickMs: 300, retryMs: 20 });

const withoutPlace = (message: Message) => ({
  ...message,
  image: message.image === null ? null : { ...message.image, place: null },
});

/** Everything that GET says about the conversation's messages, oldest first. */
const readAll = async ({ api }: DarkroomClient, id: ConversationId): Promise<Message[]> => {
  const messages: Message[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await api.messages(id, cursor ?? undefined);
    messages.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return messages.reverse().map(withoutPlace);
};

describe('a client of the real server', () => {
  it('shows what GET says, after pictures, edits, removals and a restart in the midst', async () => {
    const ada = await open('Ada');
    const ben = await open('Ben');
    const user = ben.user();
    await until(() => expect(user.state.view).toBe('live'));
    const started = await ada.api.startConversation({ title: 'Harbour' });
    const id = started.conversation.conversationId;
    await ada.api.addParticipant(id, ben.session.user.id);
    await until(() => expect(user.state.conversations.map(({ title }) => title)).toEqual(['Harbour']));
    const view = ben.conversation(id);
    await until(() => expect(view.state.view).toBe('live'));

    const image = { width: 64, height: 64, steps: 4 };
    const first = await ada.api.postMessage(id, { text: 'a lighthouse', image });
    for (let n = 1; n <= 60; n += 1) await ada.api.postMessage(id, { text: `line ${n}` });
    const second = ben.api.postMessage(id, { text: 'a ship', image });
    await server.restart();
    await until(async () => expect((await fetch(`${server.url}/readyz`)).status).toBe(200));
    await ada.api.editMessage(first.message.messageId, 'a lighthouse in a storm');
    await ada.api.renameConversation(id, 'Lighthouse');
    const { message } = await second;
    await ben.api.mergeMetadata(message.messageId, { liked: true });
    const last = await ben.api.postMessage(id, { text: 'gone' });
    await ben.api.removeMessage(last.message.messageId);

    await until(async () => {
      const { messages, conversation, view: state } = view.state;
      expect(state).toBe('live');
      expect(messages.filter(({ image: shown }) => shown?.status === 'completed')).toHaveLength(2);
      expect(messages).toEqual(await readAll(ben, id));
      expect(conversation).toEqual(await ben.api.conversation(id));
    });
    expect(user.state.conversations[0]?.title).toBe('Lighthouse');
    expect(user.state.jobs.map(({ status }) => status)).toEqual(['completed']);

    const late = await open('Ben');
    const lateView = late.conversation(id);
    await until(() => expect(lateView.state.hasOlder).toBe(true));
    await lateView.loadOlder();
    expect(lateView.state.messages).toEqual(view.state.messages);
    for (const client of [ada, ben, late]) client.close();
  });

  it('is told that it was put out of a conversation, and sees all of it when it is let in again', async () => {
    const cleo = await open('Cleo');
    const dan = await open('Dan');
    const user = dan.user();
    const started = await cleo.api.startConversation({ participants: [dan.session.user.id] });
    const id = started.conversation.conversationId;
    const view = dan.conversation(id);
    await until(() => expect([view.state.view, user.state.view]).toEqual(['live', 'live']));
    await cleo.api.removeParticipant(id, dan.session.user.id);
    await until(() => expect(view.state.view).toBe('lost'));
    await until(() => expect(user.state.conversations).toEqual([]));
    await cleo.api.postMessage(id, { text: 'behind his back' });
    await cleo.api.addParticipant(id, dan.session.user.id);
    await until(() => expect(view.state.messages.map(({ text }) => text)).toEqual(['behind his back']));
    await until(() => expect(user.state.conversations).toHaveLength(1));
    for (const client of [cleo, dan]) client.close();
  });

  it('opens what it has just begun, at once', async () => {
    const client = await open('Edith');
    const { conversation } = await client.api.startConversation({ title: 'New' });
    const seen: string[] = [];
    const view = client.conversation(conversation.conversationId);
    view.on('change', () => seen.push(view.state.view));
    await until(() => expect(view.state.view).toBe('live'));
    expect(seen).not.toContain('not_found');
    client.close();
  });
});
