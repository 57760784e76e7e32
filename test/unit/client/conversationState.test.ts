import { describe, expect, it } from 'vitest';
import {
  conversationFromSnapshot,
  foldConversationEvents,
  mergeOlderMessages,
} from '../../../src/client/conversationState.ts';
import { listOf } from '../../../src/client/messagePages.ts';
import { messageNumber, openHistory } from '../../support/happened.ts';
import { foldAll } from '../../support/scriptedServerBatches.ts';

/** 2 events that start it, then message n at index n + 1. */
const history = () => {
  const log = openHistory();
  log.starts(1);
  for (let n = 1; n <= 5; n += 1) log.asks(n);
  return log;
};
const ids = (messages: readonly { readonly messageId: string }[]) =>
  messages.map(({ messageId }) => messageId);

describe('what is held of a conversation', () => {
  it('shows the oldest first', () => {
    const state = conversationFromSnapshot(foldAll(history().events));
    expect(ids(listOf(state.pages))).toEqual([1, 2, 3, 4, 5].map(messageNumber));
  });

  it('is the same reference where events change nothing of it', () => {
    const { events } = history();
    const state = conversationFromSnapshot(foldAll(events));
    expect(foldConversationEvents(state, events)).toBe(state);
  });

  it('keeps the messages that an event is not about', () => {
    const log = history();
    const state = conversationFromSnapshot(foldAll(log.events));
    const folded = foldConversationEvents(state, [log.message(2, { type: 'MessageRemoved', data: {} })]);
    expect(listOf(folded.pages)[0]).toBe(listOf(state.pages)[0]);
    expect(listOf(folded.pages)[1]?.removed).toBe(true);
    expect(folded.conversation).toBe(state.conversation);
  });

  it('is the same whether events come together or one by one', () => {
    const log = openHistory();
    log.starts(1);
    log.asks(1);
    const state = conversationFromSnapshot(foldAll(log.events));
    const before = log.events.length;
    for (const n of [2, 3]) log.asks(n);
    log.conversation(1, { type: 'ConversationRenamed', data: { title: 'Harbour' } });
    log.asks(4);
    log.message(2, { type: 'MessageEdited', data: { text: 'new' } });
    const events = log.events.slice(before);
    for (let together = 1; together <= events.length; together += 1) {
      let folded = state;
      for (let from = 0; from < events.length; from += together)
        folded = foldConversationEvents(folded, events.slice(from, from + together));
      expect(folded).toEqual(foldConversationEvents(state, events));
      expect(folded.conversation).toMatchObject({
        title: 'Harbour',
        lastActivityPosition: events.findLast(({ type }) => type === 'MessagePosted')?.position,
      });
    }
  });

  it('lets events go of messages that it does not hold', () => {
    const log = history();
    const state = conversationFromSnapshot(foldAll(log.events, 2));
    const edited = log.message(1, { type: 'MessageEdited', data: { text: 'new' } });
    expect(foldConversationEvents(state, [edited])).toBe(state);
  });

  it('has no hole where a snapshot was newer than its position by more than a page', () => {
    const log = history();
    // As of the start, but read when all five were posted: 1 to 3 belong to the page before.
    const state = conversationFromSnapshot(foldAll(log.events, 2));
    const folded = foldConversationEvents(state, log.events.slice(2));
    expect(ids(listOf(folded.pages))).toEqual([4, 5].map(messageNumber));
  });

  it('takes an older page once, brought up by what came meanwhile', () => {
    const log = history();
    const all = foldAll(log.events);
    const state = conversationFromSnapshot(foldAll(log.events, 2));
    const missed = [log.message(3, { type: 'MessageEdited', data: { text: 'new' } })];
    const page = { items: all.messages.slice(1), nextCursor: null };
    const merged = mergeOlderMessages(state, page, missed);
    expect(ids(listOf(merged.pages))).toEqual([1, 2, 3, 4, 5].map(messageNumber));
    expect(listOf(merged.pages)[2]?.text).toBe('new');
    expect(merged.hasOlder).toBe(false);
  });
});
