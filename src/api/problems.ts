import { DomainError, type DomainErrorCode, domainErrors, InvalidInput } from '../commands/errors.ts';
import { failures } from '../events/failures.ts';
import { KeyStoreUnavailable } from '../events/log/encryption/keyStore.ts';
import { EventLogUnavailable } from '../events/log/eventLog.ts';
import { ImageStoreUnavailable } from '../images/imageStore.ts';
import { DocumentStoreUnavailable } from '../projections/documents/documentStore.ts';
import { ForeignCursor } from '../projections/reading/cursor.ts';
import { ReadModelBehind } from '../projections/waiters.ts';
import { KeysUnavailable, SignInRefused } from './authentication.ts';

/**
 * What a request can be answered with instead of what it asked for: a closed list (RFC 9457), explained
 * in docs/errors.md, which a unit test holds to this. Statuses of broken rules come from the commands.
 */
export const problems = {
  invalid_input: { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'You are not signed in' },
  token_expired: { status: 401, title: 'Your sign-in has expired' },
  forbidden: { status: domainErrors.forbidden, title: 'You may not do this' },
  not_found: { status: domainErrors.not_found, title: 'There is no such thing' },
  method_not_allowed: { status: 405, title: 'This can not be done here' },
  conversation_archived: {
    status: domainErrors.conversation_archived,
    title: 'The conversation is archived',
  },
  message_removed: { status: domainErrors.message_removed, title: 'The message was removed' },
  id_taken: { status: domainErrors.id_taken, title: 'The id is taken' },
  job_not_retryable: { status: domainErrors.job_not_retryable, title: 'This picture can not be retried' },
  job_ended: { status: domainErrors.job_ended, title: 'The picture has ended' },
  job_not_queued: { status: domainErrors.job_not_queued, title: 'The picture is not in the queue yet' },
  metadata_too_large: { status: domainErrors.metadata_too_large, title: 'The metadata became too large' },
  request_timeout: { status: 408, title: 'The request took too long to come in' },
  request_in_progress: { status: 409, title: 'The same request is still being worked on' },
  preview_gone: { status: 410, title: 'The preview is not kept any longer' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is of a wrong type' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key was used for another request' },
  quota_exceeded: { status: domainErrors.quota_exceeded, title: failures.quota_exceeded.title },
  queue_full: { status: domainErrors.queue_full, title: failures.queue_full.title },
  rate_limited: { status: 429, title: 'You are sending too much' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  too_many_conflicts: { status: domainErrors.too_many_conflicts, title: 'Too many others changed this' },
  read_model_behind: { status: 503, title: 'What is read is not up to date yet' },
  unavailable: { status: 503, title: 'A part of the server can not be reached' },
} as const satisfies Record<string, { status: number; title: string }> & Record<DomainErrorCode, unknown>;

export type ProblemCode = keyof typeof problems;

/** One thing that is wrong with the input, by dotted path; the path is empty for the body as a whole. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

interface ProblemOptions extends ErrorOptions {
  readonly errors?: readonly FieldProblem[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that isn't answered with what it asked for. `message` is the sentence for the person. */
export class Problem extends Error {
  readonly errors: readonly FieldProblem[];
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    readonly code: ProblemCode,
    detail: string,
    { errors = [], headers = {}, ...options }: ProblemOptions = {},
  ) {
    super(detail, options);
    this.name = 'Problem';
    this.errors = errors;
    this.headers = headers;
  }
  get status(): number {
    return problems[this.code].status;
  }
}

/** More would tell nobody more, and would make a small request's answer a large one. */
const mostErrors = 50;

export const invalidInput = (errors: readonly FieldProblem[], options: ErrorOptions = {}): Problem => {
  const shown = errors.slice(0, mostErrors);
  const sentences = shown.map(({ path, message }) => `${path} ${message}`.trim());
  return new Problem('invalid_input', `The request is not valid: ${sentences.join('; ')}.`, {
    ...options,
    errors: shown,
  });
};

export const notFound = (what: string): Problem =>
  new Problem('not_found', `There is no such ${what}, or it is not yours to see.`);

const signInHeaders = (known: boolean) => ({
  'WWW-Authenticate': `Bearer realm="darkroom"${known ? ', error="invalid_token"' : ''}`,
});

const signInRefused = ({ code, message }: SignInRefused): Problem =>
  new Problem(code, message, { headers: signInHeaders(true) });

export const notSignedIn = (): Problem =>
  new Problem('unauthenticated', 'Sign in first: send the header "Authorization: Bearer <token>".', {
    headers: signInHeaders(false),
  });

/** `what` has come too often, from a person or from an address. */
export const tooMuch = (what: string, from: string, seconds: number): Problem =>
  new Problem(
    'rate_limited',
    `Too many ${what} come from ${from}. Wait for ${seconds} s, then go on, more slowly.`,
    { headers: { 'Retry-After': String(seconds) } },
  );

const soon = { 'Retry-After': '1' };

/** When it is worth trying again, in seconds, after a rule said no that will say yes in a while. */
const waits: Partial<Record<DomainErrorCode, string>> = {
  quota_exceeded: '10',
  queue_full: '60',
  too_many_conflicts: '1',
};

const headersOf = (code: DomainErrorCode): Record<string, string> => {
  const seconds = waits[code];
  return seconds === undefined ? {} : { 'Retry-After': seconds };
};

/** What Express and its body parser reject with: an error that carries its status. */
const statusOf = (error: unknown): number | null =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : null;

const problemOfStatus = (status: number, cause: unknown): Problem => {
  if (status === 413)
    return new Problem('body_too_large', 'The body is larger than 1 MiB; send less at once.', { cause });
  if (status === 415)
    return new Problem('unsupported_media_type', 'Send the body as JSON in UTF-8, plain or as gzip.', {
      cause,
    });
  if (status === 403 || status === 404)
    return new Problem('not_found', 'There is nothing at this address.', { cause });
  return invalidInput([{ path: '', message: 'its address, headers or body can not be read' }], { cause });
};

const isUnavailable = (error: unknown): boolean =>
  error instanceof EventLogUnavailable ||
  error instanceof DocumentStoreUnavailable ||
  error instanceof KeyStoreUnavailable ||
  error instanceof ImageStoreUnavailable;

/** The one place where errors become answers. What isn't known here is our fault: 500, told to the log. */
export const problemOf = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof DomainError)
    return new Problem(error.code, error.message, { cause: error, headers: headersOf(error.code) });
  if (error instanceof InvalidInput) return invalidInput(error.problems, { cause: error });
  if (error instanceof ForeignCursor)
    return invalidInput(
      [{ path: 'cursor', message: 'must be the nextCursor of an earlier answer of this list' }],
      {
        cause: error,
      },
    );
  if (error instanceof SignInRefused) return signInRefused(error);
  if (error instanceof ReadModelBehind)
    return new Problem('read_model_behind', 'What you asked to read is not ready yet; try again.', {
      cause: error,
      headers: soon,
    });
  if (error instanceof KeysUnavailable)
    return new Problem(
      'unavailable',
      'The server can not reach the identity provider to check your token; try again.',
      { cause: error, headers: { 'Retry-After': '2' } },
    );
  if (isUnavailable(error))
    return new Problem('unavailable', 'The server can not reach one of its stores; try again.', {
      cause: error,
      headers: { 'Retry-After': '2' },
    });
  const status = statusOf(error);
  if (status !== null && status >= 400 && status < 500) return problemOfStatus(status, error);
  return new Problem(
    'internal',
    'The server met an error that it did not expect. Pass on the reference to whoever runs it.',
    { cause: error },
  );
};

/** The body of `application/problem+json`. */
export const problemBody = (problem: Problem, reference: string) => ({
  type: `docs/errors.md#${problem.code}`,
  title: problems[problem.code].title,
  status: problem.status,
  detail: problem.message,
  code: problem.code,
  reference,
  ...(problem.errors.length === 0 ? {} : { errors: problem.errors }),
});
