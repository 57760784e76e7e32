import type { Config } from '../../config.ts';
import { type ConversationId, type Position, startOfLog, type UserId } from '../../events/ids.ts';
import type { EventLog } from '../../events/log/eventLog.ts';
import type { Scope, UserSnapshot } from '../../projections/readModel.ts';
import type { FairTurns } from './fairTurns.ts';
import type { Feed } from './feed.ts';
import { limits } from './limits.ts';
import { isMember, readMembership } from './members.ts';
import { createPages, type DeliveryReadModel, type Pages } from './pages.ts';
import { redactJob } from './redact.ts';
import {
  type Refusal,
  type ResetReason,
  refusal,
  type SubscribeAnswer,
  type SubscribeRequest,
  scopeOf,
} from './requests.ts';
import type { Beginning } from './subscription.ts';

export interface BeginningParts {
  readonly config: Pick<Config, 'REPLAY_LIMIT'>;
  readonly log: EventLog;
  readonly readModel: DeliveryReadModel;
  readonly feed: Feed;
  readonly turns: FairTurns;
}

/** A subscription that was granted: what to answer, and where it begins. */
export interface Granted {
  readonly answer: SubscribeAnswer & { readonly ok: true };
  readonly beginning: Beginning;
  readonly membershipAsOf: Position;
  readonly pages: Pages;
}

/** Whether the cursor can be replayed from, or why not; null where there is none. */
const judgeCursor = async (
  { config, log, feed }: BeginningParts,
  request: SubscribeRequest,
): Promise<'replay' | ResetReason | null> => {
  const { after, logId } = request;
  if (after === undefined) return null;
  if (logId !== log.logId) return 'other_log';
  const head = await log.head();
  if (after > head) return (await feed.reached(after, limits.futureMs)) ? 'replay' : 'future';
  return BigInt(head) - BigInt(after) > BigInt(config.REPLAY_LIMIT) ? 'too_old' : 'replay';
};

/**
 * Up to where membership was folded from the log, which decides; null: not a participant, or no such
 * conversation. Everyone is at home in the other scopes.
 */
const authorize = async ({ log }: BeginningParts, scope: Scope, viewer: UserId): Promise<Position | null> => {
  if (scope.scope !== 'conversation') return startOfLog;
  const history = await readMembership(log, scope.id);
  return history !== null && isMember(history, viewer) ? history.asOf : null;
};

/** Own jobs of conversations that the viewer has left, without text or images. */
const withoutLeft = async (log: EventLog, snapshot: UserSnapshot, viewer: UserId): Promise<UserSnapshot> => {
  const isIn = new Map<ConversationId, boolean>();
  for (const { conversationId } of snapshot.jobs) {
    if (isIn.has(conversationId)) continue;
    const history = await readMembership(log, conversationId);
    isIn.set(conversationId, history !== null && isMember(history, viewer));
  }
  const jobs = snapshot.jobs.map((job) => (isIn.get(job.conversationId) ? job : redactJob(job)));
  return { ...snapshot, jobs };
};

const readSnapshot = async ({ log, readModel }: BeginningParts, scope: Scope, viewer: UserId) => {
  const { position, snapshot } = await readModel.snapshot(scope, viewer);
  if (!('jobs' in snapshot)) return { position, snapshot };
  return { position, snapshot: await withoutLeft(log, snapshot, viewer) };
};

/**
 * With a snapshot, membership is checked again after that was read: it may hold what was written after the
 * viewer had left. Who left and came back in between may see all of it.
 */
const beginWithSnapshot = async (
  parts: BeginningParts,
  scope: Scope,
  viewer: UserId,
  reason: ResetReason | null,
): Promise<Granted | Refusal> => {
  const before = await authorize(parts, scope, viewer);
  if (before === null) return refusal('not_found');
  // Else a conversation that was just begun, or just joined, would not be there.
  if (scope.scope === 'conversation') await parts.readModel.whenProcessed(before, limits.snapshotMs);
  const { position, snapshot } = await readSnapshot(parts, scope, viewer);
  const membershipAsOf = await authorize(parts, scope, viewer);
  if (membershipAsOf === null) return refusal('not_found');
  const pages = createPages({ ...parts, scope, viewer });
  const previous = await pages.lastUpTo(position);
  const state = { snapshot, position, logId: parts.log.logId };
  return {
    answer:
      reason === null
        ? { ok: true, mode: 'snapshot', ...state }
        : { ok: true, mode: 'reset', reason, ...state },
    beginning: { covered: position, previous, until: position },
    membershipAsOf,
    pages,
  };
};

const beginWithReplay = async (
  parts: BeginningParts,
  scope: Scope,
  viewer: UserId,
  after: Position,
): Promise<Granted | Refusal> => {
  const membershipAsOf = await authorize(parts, scope, viewer);
  if (membershipAsOf === null) return refusal('not_found');
  const pages = createPages({ ...parts, scope, viewer });
  const previous = await pages.lastUpTo(after);
  const until = await parts.log.head();
  return {
    answer: { ok: true, mode: 'replay', from: after, until, logId: parts.log.logId },
    beginning: { covered: after, previous, until },
    membershipAsOf,
    pages,
  };
};

/**
 * Decides how a subscription begins; null where, once it was its turn, the client had too much unread to be
 * given more. @throws what the log and the documents throw
 */
export const begin = async (
  parts: BeginningParts,
  request: SubscribeRequest,
  viewer: UserId,
  hasRoom: () => boolean,
): Promise<Granted | Refusal | null> => {
  await parts.feed.ready;
  const scope = scopeOf(request);
  const cursor = await judgeCursor(parts, request);
  const { after } = request;
  return parts.turns.run(viewer, async () => {
    if (!hasRoom()) return null;
    return cursor === 'replay' && after !== undefined
      ? await beginWithReplay(parts, scope, viewer, after)
      : await beginWithSnapshot(parts, scope, viewer, cursor === 'replay' ? null : cursor);
  });
};
