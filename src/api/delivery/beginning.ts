import type { Config } from '../../config.ts';
import { type ConversationId, type Position, startOfLog, type UserId } from '../../events/ids.ts';
import type { EventLog } from '../../events/log/eventLog.ts';
import type { Scope, UserSnapshot } from '../../projections/readModel.ts';
import type { FairTurns } from './fairTurns.ts';
import type { Feed } from './feed.ts';
import { limits } from './limits.ts';
import { createPermission, isMember, readMembership } from './members.ts';
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
import type { Turnstile } from './turnstile.ts';

export interface BeginningParts {
  readonly config: Pick<Config, 'REPLAY_LIMIT'>;
  readonly log: EventLog;
  readonly readModel: DeliveryReadModel;
  readonly feed: Feed;
  readonly turns: FairTurns;
  readonly turnstile: Turnstile;
}

/** A subscription that was granted: what to answer, and where it begins. */
export interface Granted {
  readonly answer: SubscribeAnswer & { readonly ok: true };
  readonly beginning: Beginning;
  readonly membershipAsOf: Position;
  /** Null once the viewer may see the scope no more. */
  authorize(): Promise<Position | null>;
  readonly pages: Pages;
}

/** Whether more events than the server is willing to replay lie behind a cursor. */
const isTooOld = async (
  { config, log, feed }: BeginningParts,
  after: Position,
  head: Position,
): Promise<boolean> => {
  const most = config.REPLAY_LIMIT;
  // No log has more events than positions, so this is enough where it has holes, too.
  if (BigInt(head) - BigInt(after) <= BigInt(most)) return false;
  if (log.isConsecutive) return true;
  if (feed.reachesBack(after) && most >= 2 * limits.tailEvents) return false;
  let count = 0;
  for await (const _ of log.readAll({ after, until: head, maxCount: most + 1 })) count += 1;
  return count > most;
};

type Judgement =
  | { readonly mode: 'snapshot' }
  | { readonly mode: 'reset'; readonly reason: ResetReason }
  | { readonly mode: 'replay'; readonly after: Position; readonly until: Position };

/** Whether there is a cursor that can be replayed from, or why not. */
const judgeCursor = async (parts: BeginningParts, request: SubscribeRequest): Promise<Judgement> => {
  const { log, feed } = parts;
  const { after, logId } = request;
  if (after === undefined) return { mode: 'snapshot' };
  if (logId !== log.logId) return { mode: 'reset', reason: 'other_log' };
  const head = await log.head();
  if (after > head && !(await feed.reached(after, limits.futureMs)))
    return { mode: 'reset', reason: 'future' };
  const until = after > head ? await log.head() : head;
  const isGone = await isTooOld(parts, after, until);
  return isGone ? { mode: 'reset', reason: 'too_old' } : { mode: 'replay', after, until };
};

/** Whether the viewer may see the scope (members.ts). Everyone is at home in all but conversations. */
const permissionOf = ({ log }: BeginningParts, scope: Scope, viewer: UserId): Granted['authorize'] =>
  scope.scope === 'conversation' ? createPermission(log, scope.id, viewer) : async () => startOfLog;

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

/** Position of the scope's last event at or before `position`. */
const lastUpTo = (
  { feed }: BeginningParts,
  pages: Pages,
  scope: Scope,
  viewer: UserId,
  position: Position,
): Promise<Position> => feed.previous(scope, viewer, position, () => pages.lastUpTo(position));

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
  const authorize = permissionOf(parts, scope, viewer);
  const before = await authorize();
  if (before === null) return refusal('not_found');
  // Else a conversation that was just begun, or just joined, would not be there.
  if (scope.scope === 'conversation') await parts.readModel.whenProcessed(before, limits.snapshotMs);
  const { position, snapshot } = await readSnapshot(parts, scope, viewer);
  const membershipAsOf = await authorize();
  if (membershipAsOf === null) return refusal('not_found');
  const pages = createPages({ ...parts, scope, viewer });
  const previous = await lastUpTo(parts, pages, scope, viewer, position);
  const state = { snapshot, position, logId: parts.log.logId };
  return {
    answer:
      reason === null
        ? { ok: true, mode: 'snapshot', ...state }
        : { ok: true, mode: 'reset', reason, ...state },
    beginning: { covered: position, previous, until: position },
    membershipAsOf,
    authorize,
    pages,
  };
};

const beginWithReplay = async (
  parts: BeginningParts,
  scope: Scope,
  viewer: UserId,
  { after, until }: Judgement & { mode: 'replay' },
): Promise<Granted | Refusal> => {
  const authorize = permissionOf(parts, scope, viewer);
  const membershipAsOf = await authorize();
  if (membershipAsOf === null) return refusal('not_found');
  const pages = createPages({ ...parts, scope, viewer });
  const previous = await lastUpTo(parts, pages, scope, viewer, after);
  return {
    answer: { ok: true, mode: 'replay', from: after, until, logId: parts.log.logId },
    beginning: { covered: after, previous, until },
    membershipAsOf,
    authorize,
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
  await parts.turnstile.passed();
  const scope = scopeOf(request);
  const judgement = await judgeCursor(parts, request);
  return parts.turns.run(viewer, async () => {
    if (!hasRoom()) return null;
    if (judgement.mode === 'replay') return beginWithReplay(parts, scope, viewer, judgement);
    const reason = judgement.mode === 'reset' ? judgement.reason : null;
    return beginWithSnapshot(parts, scope, viewer, reason);
  });
};
