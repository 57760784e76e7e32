import { type DomainEvent, decode } from '../../events/catalogue.ts';
import type { ConversationId, Position, UserId } from '../../events/ids.ts';
import type { EventLog } from '../../events/log/eventLog.ts';
import { conversationStream } from '../../events/streams.ts';
import type { OwnedEvent } from '../../projections/scopes.ts';

interface Change {
  readonly position: Position;
  readonly userId: UserId;
  readonly joined: boolean;
}

/** Who joined and left a conversation, from the log itself, up to `asOf`. */
export interface MembershipHistory {
  readonly asOf: Position;
  readonly changes: readonly Change[];
}

const changeIn = (event: OwnedEvent): Change | null =>
  event.type === 'ParticipantJoined' || event.type === 'ParticipantLeft'
    ? {
        position: event.position,
        userId: event.data.participant.id,
        joined: event.type === 'ParticipantJoined',
      }
    : null;

/** Reads the conversation's stream; null where there is no such conversation. */
export const readMembership = async (
  log: EventLog,
  id: ConversationId,
): Promise<MembershipHistory | null> => {
  const changes: Change[] = [];
  let asOf: Position | null = null;
  for await (const recorded of log.readStream(conversationStream(id))) {
    const event = decode(recorded);
    const change = event === null ? null : changeIn(event);
    if (change !== null) changes.push(change);
    asOf = recorded.position;
  }
  return asOf === null ? null : { asOf, changes };
};

/** Whether a person was a participant just before `position`; without it: at the history's end. */
export const isMember = (history: MembershipHistory, userId: UserId, position?: Position): boolean =>
  history.changes.findLast(
    (change) => change.userId === userId && (position === undefined || change.position < position),
  )?.joined ?? false;

/**
 * Whether a person is in a conversation, asked again and again: up to where that was folded from the log, which
 * decides; null where they aren't, or there is no such conversation. Each time only what is new is read.
 */
export const createPermission = (log: EventLog, id: ConversationId, userId: UserId) => {
  let next = 0;
  let asOf: Position | null = null;
  let isIn = false;
  return async (): Promise<Position | null> => {
    for await (const recorded of log.readStream(conversationStream(id), { from: next })) {
      const event = decode(recorded);
      const change = event === null ? null : changeIn(event);
      if (change?.userId === userId) isIn = change.joined;
      next = recorded.revision + 1;
      asOf = recorded.position;
    }
    return isIn ? asOf : null;
  };
};

/**
 * Membership as the feed needs it: of the conversations in which jobs are going on, folded in the
 * log's order. The feed calls `load` with a page, then `isHidden` with each of its events in turn.
 */
export interface Members {
  load(page: readonly DomainEvent[]): Promise<void>;
  /** Folds the event; true where it is about a job whose owner isn't in its conversation. */
  isHidden(event: DomainEvent): boolean;
}

export const createMembers = (log: EventLog, mostConversations: number): Members => {
  /** Oldest first; what falls out is read again when it is next needed. */
  const known = new Map<ConversationId, Set<UserId>>();

  const loadOne = async (id: ConversationId, before: Position): Promise<void> => {
    const history = await readMembership(log, id);
    const members = new Set<UserId>();
    for (const { position, userId, joined } of history?.changes ?? []) {
      if (position >= before) break;
      if (joined) members.add(userId);
      else members.delete(userId);
    }
    known.set(id, members);
  };

  return {
    async load(page) {
      const [first] = page;
      if (first === undefined) return;
      const wanted = new Set<ConversationId>();
      for (const { conversationId, ownerId } of page)
        if (ownerId !== undefined && conversationId !== undefined && !known.has(conversationId))
          wanted.add(conversationId);
      while (known.size > mostConversations) {
        const [oldest] = known.keys();
        if (oldest === undefined) break;
        known.delete(oldest);
      }
      await Promise.all([...wanted].map((id) => loadOne(id, first.position)));
    },
    isHidden(event) {
      if (event.conversationId === undefined) return false;
      const members = known.get(event.conversationId);
      const change = changeIn(event);
      if (change?.joined === true) members?.add(change.userId);
      if (change?.joined === false) members?.delete(change.userId);
      return event.ownerId !== undefined && members !== undefined && !members.has(event.ownerId);
    },
  };
};
