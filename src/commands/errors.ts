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
  /** Accepted, but not in the queue yet: in a moment it has a priority to change. */
  job_not_queued: 409,
  /** Over 64 KB, or nested over 16 deep, once the patch is merged in. */
  metadata_too_large: 409,
  /** So many of a person's pictures wait that no more are taken. */
  quota_exceeded: 429,
  /** So many pictures of all people wait that no more are taken. */
  queue_full: 429,
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

/** One thing that is wrong with an input, by its dotted path. */
export interface InputProblem {
  readonly path: string;
  readonly message: string;
}

/**
 * What was asked for can't be said as an event. The API validates before it commands, so that only what
 * follows from several fields together gets here (a prompt that is left out, and a text that is no
 * prompt), or input of a caller that didn't validate. No rule of the domain: 400, not 409.
 */
export class InvalidInput extends Error {
  readonly code = 'invalid_input';
  constructor(readonly problems: readonly InputProblem[]) {
    super(problems.map(({ path, message }) => `${path} ${message}`.trim()).join('; '));
    this.name = 'InvalidInput';
  }
}
