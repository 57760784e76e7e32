import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ConnectedClient, connect, memoryStorage, signIn } from '../../../src/client/index.ts';
import type { ConversationId } from '../../../src/events/ids.ts';
import { openRoughLine, type RoughLine } from '../../support/roughLine.ts';
import { openRealServer } from '../../support/scriptedServerReal.ts';
import { until } from '../../support/until.ts';

let server: Awaited<ReturnType<typeof openRealServer>>;
let line: RoughLine;
let client: ConnectedClient;
let id: ConversationId;
const storage = memoryStorage();
beforeAll(async () => {
  server = await openRealServer({ SKETCH_STEP_MS: '200' });
});
afterAll(() => server.close());

const open = async () =>
  connect({ url: line.url, session: await signIn(server.url, 'Ada'), retryMs: 20, outboxStorage: storage });

beforeEach(async () => {
  line = await openRoughLine(() => Number(new URL(server.url).port));
  client = await open();
  id = (await client.api.startConversation({ title: 'Harbour' })).conversation.conversationId;
});
afterEach(async () => {
  client.close();
  await line.close();
});

const reconnecting = () => until(() => expect(client.connection.state).toBe('reconnecting'));
const texts = async () => (await client.api.messages(id)).items.map(({ text }) => text).reverse();

describe('what is done while there is no connection', () => {
  it('happens once, in order, as soon as there is one again', async () => {
    const harbour = client.conversation(id);
    await until(() => expect(harbour.state.view).toBe('live'));
    line.down();
    await reconnecting();
    const posted = ['one', 'two', 'three'].map((text) => harbour.post(text));
    await until(() => expect(client.outbox.state).toHaveLength(3));
    line.mend();
    await Promise.all(posted);
    expect(await texts()).toEqual(['one', 'two', 'three']);
    await until(() =>
      expect(harbour.state.messages.map(({ text }) => text)).toEqual(['one', 'two', 'three']),
    );
    expect(client.outbox.state).toEqual([]);
  });

  it('is not lost with the program: the next one goes on with it', async () => {
    line.down();
    await reconnecting();
    const lost = ['one', 'two'].map((text) => client.conversation(id).post(text));
    const told = Promise.allSettled(lost);
    await until(async () => expect(await storage.entries('')).toHaveLength(2));
    client.close();
    expect(await told).toMatchObject([{ reason: { code: 'closed' } }, { reason: { code: 'closed' } }]);
    client = await open();
    line.mend();
    await until(async () => expect(await texts()).toEqual(['one', 'two']));
    await until(async () => expect(await storage.entries('')).toEqual([]));
  });

  it('is refused, where it is, by name, and what follows goes on', async () => {
    const { conversation: other } = await client.api.startConversation({ title: 'Other' });
    await client.api.archiveConversation(id);
    line.down();
    await reconnecting();
    const refused = client.conversation(id).post('too late');
    const posted = client.conversation(other.conversationId).post('in time');
    line.mend();
    await expect(refused).rejects.toMatchObject({ code: 'conversation_archived', status: 409 });
    expect((await posted).message.text).toBe('in time');
    expect(client.outbox.state).toMatchObject([{ refusal: { code: 'conversation_archived' } }]);
    client.outbox.discard(client.outbox.state[0]?.id ?? '');
    expect(client.outbox.state).toEqual([]);
  });
});

describe('a conversation', () => {
  it('has a picture drawn, stopped and tried again, and tells of its states on the way', async () => {
    const harbour = client.conversation(id);
    const statuses: string[] = [];
    const watching = (async () => {
      for await (const { messages } of harbour) {
        const status = messages[0]?.image?.status;
        if (status !== undefined && status !== statuses.at(-1)) statuses.push(status);
      }
    })();
    const { job } = await harbour.requestImage('a lighthouse', { width: 64, height: 64, steps: 4 });
    await until(() => expect(statuses).toContain('running'));
    if (job === undefined) throw new Error('the answer names no job');
    expect((await harbour.cancel(job.jobId)).status).toBe('cancelled');
    const again = await harbour.retry(job.jobId);
    expect(again.retryOf).toBe(job.jobId);
    await until(() => expect(statuses.at(-1)).toBe('completed'));
    harbour.close();
    await watching;
    const [message] = harbour.state.messages;
    expect(message?.image?.previous.map(({ jobId }) => jobId)).toEqual([job.jobId]);
  });

  it('says why what is asked in it is refused', async () => {
    const harbour = client.conversation(id);
    const refused = harbour.requestImage('a lighthouse', { width: 9_999 });
    await expect(refused).rejects.toMatchObject({
      code: 'invalid_input',
      errors: [{ path: 'image.width' }],
    });
  });
});
