import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem } from '../../../src/client/client.ts';
import type { ConversationId, UserId } from '../../../src/events/ids.ts';
import { createPictureCache } from '../../../web/pictures/pictureCache.ts';
import { createComposerStore } from '../../../web/stores/composerStore.ts';
import { defaultOptions, optionErrors, optionsOf, wantedImage } from '../../../web/stores/imageOptions.ts';
import { createOutbox, type Outbox } from '../../../web/stores/outboxStore.ts';
import { parseRoute, routeTo } from '../../../web/stores/route.ts';
import { readSession } from '../../../web/stores/sessionStore.ts';
import { readTheme } from '../../../web/stores/themeStore.ts';
import { createFakeClient, fakeSession } from '../../support/fakeClient.ts';

const session = fakeSession('Ada');
const conversation = '0198aaaa-0000-7000-8000-000000000001' as ConversationId;

describe('picture options', () => {
  it('say what the server would say, field by field', () => {
    const errors = optionErrors(
      { ...defaultOptions, width: '70', height: '2000', steps: '', seed: '-1', count: '9' },
      false,
    );
    expect(errors).toEqual({
      width: 'must be a multiple of 8',
      height: 'must be at most 1536',
      steps: 'must be a whole number',
      seed: 'must be at least 0',
      count: 'must be at most 8',
    });
    expect(optionErrors(defaultOptions, false)).toEqual({});
  });

  it('keep a priority above 0 for operators', () => {
    const urgent = { ...defaultOptions, priority: '3' };
    expect(optionErrors(urgent, false)).toEqual({ priority: 'above 0 is for operators only' });
    expect(optionErrors(urgent, true)).toEqual({});
  });

  it('leave to the server what nobody chose', () => {
    expect(wantedImage(defaultOptions)).toEqual({ width: 768, height: 768, steps: 24, count: 1 });
    expect(
      wantedImage({
        ...defaultOptions,
        seed: ' 7 ',
        negativePrompt: ' text ',
        priority: '-2',
        model: 'flux',
      }),
    ).toEqual({
      width: 768,
      height: 768,
      steps: 24,
      count: 1,
      seed: 7,
      negativePrompt: 'text',
      priority: -2,
      model: 'flux',
    });
  });

  it('can be taken from a job, to draw the same picture again', () => {
    const client = createFakeClient({ session });
    const { conversationId } = client.script.conversation({});
    const wanted = { width: 512, height: 256, steps: 9, count: 2, seed: 77, negativePrompt: 'rain' };
    const { image } = client.script.say(conversationId, session.user, 'a lake', { image: wanted });
    if (image === null) throw new Error('the message asks for no picture');
    expect(wantedImage(optionsOf(image))).toEqual(wanted);
  });
});

describe('the composer', () => {
  it('forgets an unlocked seed after sending, and keeps a locked one', () => {
    const store = createComposerStore();
    store.getState().setOptions({ seed: '5' });
    store.getState().sent(conversation);
    expect(store.getState().options.seed).toBe('');
    store.getState().setOptions({ seed: '5', seedLocked: true });
    store.getState().sent(conversation);
    expect(store.getState().options.seed).toBe('5');
  });

  it('keeps a draft for each conversation', () => {
    const store = createComposerStore();
    const other = '0198aaaa-0000-7000-8000-000000000002' as ConversationId;
    store.getState().write(conversation, 'a lake');
    store.getState().write(other, 'a hill');
    store.getState().sent(conversation);
    expect(store.getState().drafts).toEqual({ [conversation]: '', [other]: 'a hill' });
  });

  it('takes back what was wrong with a field once it is changed', () => {
    const store = createComposerStore();
    store.getState().setErrors({ width: 'must be a multiple of 8', text: 'too long' });
    store.getState().setOptions({ width: '64' });
    expect(store.getState().errors).toEqual({ text: 'too long' });
    store.getState().write(conversation, 'shorter');
    expect(store.getState().errors).toEqual({});
  });
});

describe('the outbox', () => {
  const problem = (status: number, code: string) =>
    new ApiProblem(status, code, code, 'This conversation is archived.', 'ref-1', [
      { path: 'image.width', message: 'must be at most 1536' },
    ]);
  const open = () => {
    const client = createFakeClient({ session });
    const { conversationId } = client.script.conversation({});
    return {
      client,
      outbox: createOutbox(client.outbox),
      message: { conversationId, text: 'a lake', image: null },
    };
  };
  const entries = (outbox: Outbox) => outbox.store.getState().entries;

  it('shows a message from the Enter key on until the conversation holds it', async () => {
    const { outbox, message } = open();
    const sending = outbox.send(message);
    const shown = entries(outbox);
    expect(shown).toMatchObject([{ text: 'a lake', state: 'sending', problem: null }]);
    expect(await sending).toBe(true);
    expect(entries(outbox)).toEqual(shown);
    outbox.arrived(new Set(shown.map(({ messageId }) => messageId)));
    expect(entries(outbox)).toEqual([]);
  });

  it('shows what was refused and why, and sends it again as the same message', async () => {
    const { client, outbox, message } = open();
    client.script.refuse(problem(409, 'conversation_archived'));
    expect(await outbox.send(message)).toBe(false);
    const [entry] = entries(outbox);
    expect(entry).toMatchObject({
      state: 'failed',
      problem: { detail: 'This conversation is archived.', reference: 'ref-1' },
    });
    await outbox.resend(entry?.messageId as never);
    const { messages } = client.conversation(message.conversationId).state;
    expect(messages.map(({ messageId }) => messageId)).toEqual([entry?.messageId]);
    expect(entries(outbox)).toMatchObject([{ state: 'sending', problem: null }]);
  });

  it('lets go of what is taken back', async () => {
    const { client, outbox, message } = open();
    client.script.refuse(problem(409, 'conversation_archived'));
    await outbox.send(message);
    outbox.discard(entries(outbox)[0]?.messageId as never);
    await expect.poll(() => entries(outbox)).toEqual([]);
  });

  it('gives invalid input back to the composer', async () => {
    const { client, outbox, message } = open();
    client.script.refuse(problem(400, 'invalid_input'));
    await expect(outbox.send(message)).rejects.toMatchObject({ code: 'invalid_input' });
    await expect.poll(() => entries(outbox)).toEqual([]);
  });
});

describe('the picture cache', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const cached = (load = async (id: string) => new Blob([id]), pauses: readonly number[] = []) => {
    const live = new Set<string>();
    let made = 0;
    const loads: string[] = [];
    const cache = createPictureCache({
      load: (id) => {
        loads.push(id);
        return load(id);
      },
      createUrl: () => {
        made += 1;
        live.add(`blob:${made}`);
        return `blob:${made}`;
      },
      revokeUrl: (url) => void live.delete(url),
      graceMs: 1_000,
      pausesMs: pauses,
    });
    return { cache, live, loads };
  };

  it('fetches once for all who show the same picture', async () => {
    const { cache, loads } = cached();
    expect(await cache.borrow('a').url).toBe(await cache.borrow('a').url);
    expect(loads).toEqual(['a']);
  });

  it('revokes the URL a while after the last one is gone, not before', async () => {
    const { cache, live } = cached();
    const [one, other] = [cache.borrow('a'), cache.borrow('a')];
    await Promise.all([one.url, other.url]);
    one.giveBack();
    one.giveBack();
    vi.advanceTimersByTime(5_000);
    expect(live.size).toBe(1);
    other.giveBack();
    vi.advanceTimersByTime(500);
    const again = cache.borrow('a');
    await again.url;
    vi.advanceTimersByTime(5_000);
    expect(live.size).toBe(1);
    again.giveBack();
    vi.advanceTimersByTime(1_000);
    expect(live.size).toBe(0);
  });

  it('fetches anew after a failure, and who failed before takes nothing from who shows it now', async () => {
    let broken = true;
    const { cache, live, loads } = cached(async () => {
      if (broken) throw new Error('gone');
      return new Blob();
    });
    const failed = cache.borrow('a');
    await expect(failed.url).rejects.toThrow('gone');
    broken = false;
    await expect(cache.borrow('a').url).resolves.toBe('blob:1');
    failed.giveBack();
    vi.advanceTimersByTime(5_000);
    expect(live.size).toBe(1);
    expect(loads).toEqual(['a', 'a']);
  });

  it('asks again for one that the server doesn’t let be read yet, and not for a preview that is gone', async () => {
    const answers = [404, 503];
    const patient = cached(async () => {
      const status = answers.shift();
      if (status !== undefined) throw new ApiProblem(status, 'x', 'x', 'x', null, []);
      return new Blob();
    }, [400, 1_500]);
    const { url } = patient.cache.borrow('a');
    await vi.advanceTimersByTimeAsync(2_000);
    await expect(url).resolves.toBe('blob:1');
    expect(patient.loads).toHaveLength(3);
    answers.push(410);
    await expect(patient.cache.borrow('b').url).rejects.toMatchObject({ status: 410 });
    expect(patient.loads).toHaveLength(4);
  });

  it('stops fetching what nobody waits for any more', async () => {
    let signal: AbortSignal | undefined;
    const cache = createPictureCache({
      load: (_, given) => {
        signal = given;
        return new Promise(() => undefined);
      },
      createUrl: () => 'blob:1',
      revokeUrl: () => undefined,
    });
    cache.borrow('a').giveBack();
    expect(signal?.aborted).toBe(true);
  });

  it('leaves no URL behind when it is closed, not even of a fetch under way', async () => {
    const { cache, live } = cached();
    await cache.borrow('a').url;
    const late = cache.borrow('b');
    cache.close();
    await expect(late.url).rejects.toThrow();
    expect(live.size).toBe(0);
  });
});

describe('what the browser keeps', () => {
  it('is a session only in the shape of one', () => {
    expect(readSession(JSON.stringify(session))).toEqual(session);
    for (const text of [null, '', '{', '{}', '{"token":"x"}', '[]']) expect(readSession(text)).toBeNull();
  });

  it('is one of the themes, else the system’s', () => {
    expect(readTheme('dark')).toBe('dark');
    expect(readTheme('pink')).toBe('system');
    expect(readTheme(null)).toBe('system');
  });

  it('is a conversation in the address', () => {
    expect(parseRoute(routeTo(conversation))).toBe(conversation);
    expect(parseRoute(routeTo('queue'))).toBe('queue');
    for (const hash of ['', '#/', '#/queue/x', '#/c/', '#/c/../x', '#/c/not-an-id'])
      expect(parseRoute(hash)).toBeNull();
  });
});

describe('the fake client', () => {
  it('behaves as a conversation does: what is posted is there, what is removed is empty', async () => {
    const client = createFakeClient({ session });
    const { conversation: started } = await client.api.startConversation({
      participants: ['user-bob' as UserId],
    });
    const view = client.conversation(started.conversationId);
    const { message } = await client.api.postMessage(started.conversationId, { text: 'a lake', image: {} });
    expect(view.state.messages).toHaveLength(1);
    await client.api.mergeMetadata(message.messageId, { tags: { blue: true } });
    await client.api.mergeMetadata(message.messageId, { tags: { calm: true }, favourite: true });
    await client.api.mergeMetadata(message.messageId, { tags: { blue: null } });
    expect(view.state.messages[0]?.metadata).toEqual({ tags: { calm: true }, favourite: true });
    await client.api.removeMessage(message.messageId);
    expect(view.state.messages[0]).toMatchObject({ removed: true, text: '', image: null });
  });
});
