/** The rules that a command can break, as a closed list; the API maps each to a status in one place. */
export const domainErrors = {
  /** Not there, or not for this person to know of. */
  not_found: 404,
  /** Visible, but not for this person to do. */
  forbidden: 403,
  conversation_archived: 409,
  message_removed: 409,
  /** A bring-your-own id that exists with other content. */
  id_taken: 409,
  job_not_retryable: 409,
  /** Only a waiting or running job has a priority to change. */
  job_ended: 409,
  /** Other writers kept coming first; nothing was done. */
  too_many_conflicts: 503,
} as const;

export type DomainErrorCode = keyof typeof domainErrors;

/** A rule was broken. `message` is a sentence for the person: what was wrong, what is right. */
export class DomainError extends Error {
  constructor(
    readonly code: DomainErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'DomainError';
  }
}
