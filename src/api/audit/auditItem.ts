import type { AuditItem, PastEvent } from '../../projections/past.ts';

export const auditItem = (past: PastEvent): AuditItem => {
  const { event, eventId, stream, recordedAt, correlationId, causationId, changes } = past;
  return { ...event, eventId, stream, recordedAt, correlationId, causationId, changes };
};
