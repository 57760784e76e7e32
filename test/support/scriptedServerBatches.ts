import type { EventBatch, SubscribeAnswer } from '../../src/client/wire.ts';
import type { Event } from '../../src/events/catalogue.ts';
import { type LogId, type Position, startOfLog } from '../../src/events/ids.ts';
import { publicEvent } from '../../src/events/public.ts';
import { foldConversation } from '../../src/projections/conversations.ts';
import { foldMessage } from '../../src/projections/messages.ts';
import type { Conversation, Message } from '../../src/projections/model.ts';
import type { ConversationSnapshot } from '../../src/projections/readModel.ts';
import { conversationNumber } from './happened.ts';
import { scriptedLog } from './scriptedServer.ts';

const last = (events: readonly Event[]): Position => events.at(-1)?.position ?? startOfLog;

/** Everything that these events say about a conversation, folded from nothing; newest messages first. */
export const foldAll = (events: readonly Event[], limit = 50): ConversationSnapshot => {
  const conversation = events.reduce<Conversation | null>(foldConversation, null);
  if (conversation === null) throw new Error('the events do not start a conversation');
  const byId = new Map<string, Message>();
  for (const event of events) {
    if (event.messageId === undefined) continue;
    const message = foldMessage(byId.get(event.messageId) ?? null, event);
    if (message !== null) byId.set(event.messageId, message);
  }
  const newest = [...byId.values()].reverse();
  const messages = newest.slice(0, limit);
  const nextCursor = newest.length > limit ? (messages.at(-1)?.postedPosition ?? null) : null;
  return { conversation, messages, nextCursor };
};

/** The answer to a subscribe without a cursor, as of the last of these events. */
export const snapshotOf = (
  events: readonly Event[],
  { mode = 'snapshot', logId = scriptedLog, limit = 50 }: SnapshotOptions = {},
): SubscribeAnswer => ({ ok: true, mode, snapshot: foldAll(events, limit), position: last(events), logId });

interface SnapshotOptions {
  readonly mode?: 'snapshot' | 'reset';
  readonly logId?: LogId;
  readonly limit?: number;
}

export const replay = (from: Position, until: Position): SubscribeAnswer => ({
  ...{ ok: true, mode: 'replay', logId: scriptedLog },
  ...{ from, until },
});

/** A batch of conversation 1 with the events of that range of a log that holds nothing else. */
export const batchOf = (log: readonly Event[], begin: number, end: number, live = true): EventBatch => ({
  scope: 'conversation',
  id: conversationNumber(1),
  events: log.slice(begin, end).map(publicEvent),
  after: last(log.slice(0, begin)),
  through: last(log.slice(0, end)),
  live,
});
