import type { Operation } from '../http/operation.ts';
import { type ProblemCode, problems } from '../problems.ts';

/**
 * Where each problem can come: `anywhere`; at each call of the `api`; of those, at calls of `signed_in`
 * people, that `change` something or have a `body`; at each `post`; or where the call `names` it.
 * `no_call`: of addresses and methods that are no call.
 */
type Place = 'anywhere' | 'api' | 'signed_in' | 'change' | 'post' | 'named' | 'no_call';

const places: Readonly<Record<ProblemCode, Place>> = {
  invalid_input: 'anywhere',
  request_timeout: 'anywhere',
  headers_too_large: 'anywhere',
  internal: 'anywhere',
  unavailable: 'anywhere',
  unauthenticated: 'signed_in',
  token_expired: 'signed_in',
  read_model_behind: 'api',
  rate_limited: 'api',
  unsupported_media_type: 'change',
  body_too_large: 'change',
  too_many_conflicts: 'change',
  idempotency_key_reused: 'post',
  request_in_progress: 'post',
  forbidden: 'named',
  not_found: 'named',
  conversation_archived: 'named',
  message_removed: 'named',
  id_taken: 'named',
  job_not_retryable: 'named',
  job_ended: 'named',
  job_not_queued: 'named',
  metadata_too_large: 'named',
  preview_gone: 'named',
  quota_exceeded: 'named',
  queue_full: 'named',
  method_not_allowed: 'no_call',
};

const isAt = (place: Place, operation: Pick<Operation, 'method' | 'access'> | null): boolean => {
  if (place === 'anywhere') return true;
  if (operation === null) return false;
  const { method, access } = operation;
  if (place === 'api') return true;
  if (place === 'signed_in') return access === 'signed_in';
  if (place === 'change') return method !== 'get';
  return place === 'post' && method === 'post';
};

/** What a call may be answered with instead of what it asks for, by status. `operation` is null for none of the API. */
export const problemsOf = (
  operation: Pick<Operation, 'method' | 'access'> | null,
  named: readonly ProblemCode[],
): ReadonlyMap<number, readonly ProblemCode[]> => {
  const codes = (Object.keys(problems) as readonly ProblemCode[]).filter(
    (code) => isAt(places[code], operation) || named.includes(code),
  );
  const statuses = [...new Set(codes.map((code) => problems[code].status))].toSorted();
  return new Map(
    statuses.map((status) => [status, codes.filter((code) => problems[code].status === status)]),
  );
};
