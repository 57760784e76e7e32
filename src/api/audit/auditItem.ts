import type { Event } from '../../events/catalogue.ts';
import type { Difference, PastEvent } from '../../projections/past.ts';

/** An event of the audit trail as it is told: the event as clients know it, why it happened, and what it changed. */
export type AuditItem = Event & {
  readonly eventId: string;
  readonly stream: string;
  /** When the log took it, by the log's clock. */
  readonly recordedAt: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly changes: readonly Difference[];
};

export const auditItem = (past: PastEvent): AuditItem => {
  const { event, eventId, stream, recordedAt, correlationId, causationId, changes } = past;
  return { ...event, eventId, stream, recordedAt, correlationId, causationId, changes };
};
