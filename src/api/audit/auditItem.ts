import { isPartOfDarkroom, type Origin } from '../../events/metadata.ts';
import type { AuditItem, PastEvent } from '../../projections/past.ts';

const originOf = (actorId: string, origin: Origin | null): AuditItem['origin'] => {
  if (origin !== null) return { way: origin.way, address: origin.address === '' ? null : origin.address };
  if (actorId.startsWith('cli:')) return { way: 'cli', address: null };
  return isPartOfDarkroom(actorId) ? { way: 'process', address: null } : null;
};

export const auditItem = (past: PastEvent): AuditItem => {
  const { event, eventId, stream, recordedAt, correlationId, causationId, changes } = past;
  const origin = originOf(event.actor.id, past.origin);
  return { ...event, eventId, stream, recordedAt, correlationId, causationId, origin, changes };
};
