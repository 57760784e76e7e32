import type { DeliveryReadModel } from '../../src/api/delivery/pages.ts';
import { type DomainEvent, decode } from '../../src/events/catalogue.ts';
import { type Position, startOfLog, type UserId } from '../../src/events/ids.ts';
import type { EventLog } from '../../src/events/log/eventLog.ts';
import { foldConversation } from '../../src/projections/conversations.ts';
import { foldJob } from '../../src/projections/jobs.ts';
import { foldMessage } from '../../src/projections/messages.ts';
import type { Job, QueueEntry, TimelineRow } from '../../src/projections/model.ts';
import { compareQueueOrder } from '../../src/projections/places.ts';
import { queue } from '../../src/projections/queue.ts';
import type { Scope } from '../../src/projections/readModel.ts';
import { timeline } from '../../src/projections/timeline.ts';
import { ReadModelBehind } from '../../src/projections/waiters.ts';

const inRow = (row: TimelineRow, scope: Scope, viewer: UserId): boolean => {
  switch (scope.scope) {
    case 'conversation':
      return row.shown && row.conversationId === scope.id;
    case 'user':
      return row.audience === viewer;
    case 'queue':
      return row.movesQueue === true;
  }
};

const queueSnapshot = (events: readonly DomainEvent[], viewer: UserId) => {
  const entries = new Map<string, QueueEntry>();
  let paused = false;
  for (const event of events) {
    if (event.type === 'QueuePaused' || event.type === 'QueueResumed') paused = event.type === 'QueuePaused';
    for (const id of queue.keys(event)) {
      const entry = queue.apply(entries.get(id) ?? null, event, id);
      if (entry === null) entries.delete(id);
      else entries.set(id, entry);
    }
  }
  const waiting = [...entries.values()].filter(({ status }) => status === 'waiting').sort(compareQueueOrder);
  return {
    paused,
    running: entries.size - waiting.length,
    waitingCount: waiting.length,
    waiting: waiting.map(({ ticket, priority, round, ownerId, jobId }) => ({
      ...{ ticket, priority, round },
      own: ownerId === viewer ? jobId : null,
    })),
  };
};

const conversationSnapshot = (events: readonly DomainEvent[], id: string) => {
  const own = events.filter(({ conversationId }) => conversationId === id);
  const conversation = own.reduce<ReturnType<typeof foldConversation>>(foldConversation, null);
  if (conversation === null) throw new Error(`no conversation ${id}`);
  const ids = [...new Set(own.flatMap(({ messageId }) => messageId ?? []))];
  const messages = ids.flatMap((messageId) => {
    const about = own.filter((event) => event.messageId === messageId);
    return about.reduce<ReturnType<typeof foldMessage>>(foldMessage, null) ?? [];
  });
  return { conversation, messages: messages.reverse().slice(0, 50), nextCursor: null };
};

const userSnapshot = (events: readonly DomainEvent[], viewer: UserId) => {
  const conversationIds = [...new Set(events.flatMap(({ conversationId }) => conversationId ?? []))];
  const conversations = conversationIds
    .map((id) => conversationSnapshot(events, id).conversation)
    .filter(({ participantIds }) => participantIds.includes(viewer));
  const jobIds = [...new Set(events.flatMap(({ jobId }) => jobId ?? []))];
  const all = jobIds.map((id) =>
    events.filter(({ jobId }) => jobId === id).reduce<Job | null>(foldJob, null),
  );
  const jobs = all.flatMap((job) => (job?.active && job.ownerId === viewer ? job : []));
  return { conversations, jobs };
};

/**
 * The part of the read model that delivery asks, folded from the log whenever it is asked. `hold` stops it where it
 * is, as a projection that lags; `release` lets it go on.
 */
export const openDeliveryReadModel = (log: EventLog) => {
  const rows: TimelineRow[] = [];
  const events: DomainEvent[] = [];
  let position = startOfLog;
  let held = false;
  let following: Promise<void> = Promise.resolve();

  const follow = async (): Promise<void> => {
    if (held) return;
    for await (const recorded of log.readAll({ after: position })) {
      const event = decode(recorded);
      position = recorded.position;
      if (event === null) continue;
      events.push(event);
      const row = timeline.apply(null, event, event.position);
      if (row !== null) rows.push(row);
    }
  };
  const followed = (): Promise<void> => {
    following = following.then(follow, follow);
    return following;
  };

  const readModel: DeliveryReadModel = {
    async whenProcessed(wanted) {
      await followed();
      if (position < wanted) throw new ReadModelBehind(wanted, position);
    },
    async position() {
      await followed();
      return position;
    },
    async snapshot(scope, viewer) {
      await followed();
      switch (scope.scope) {
        case 'conversation':
          return { position, snapshot: conversationSnapshot(events, scope.id) };
        case 'user':
          return { position, snapshot: userSnapshot(events, viewer) };
        case 'queue':
          return { position, snapshot: queueSnapshot(events, viewer) };
      }
    },
    async timeline(scope, viewer, after, limit) {
      await followed();
      const found = rows.filter((row) => row.position > after && inRow(row, scope, viewer));
      return { rows: found.slice(0, limit), until: position };
    },
    async timelineTexts(id, after, limit) {
      await followed();
      const found = rows.filter((row) => row.position > after && row.shown && row.conversationId === id);
      const events = found.slice(0, limit).map(({ position, event }) => ({
        position,
        type: event.type,
        json: JSON.stringify(event),
      }));
      return { events, until: position };
    },
    async lastInScope(scope, viewer, upTo): Promise<Position> {
      await followed();
      return (
        rows.findLast((row) => row.position <= upTo && inRow(row, scope, viewer))?.position ?? startOfLog
      );
    },
  };
  return {
    readModel,
    hold: (): void => {
      held = true;
    },
    release: (): void => {
      held = false;
    },
  };
};
