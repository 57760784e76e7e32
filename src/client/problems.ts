import { ApiProblem } from './client.ts';
import { parsed } from './parsed.ts';

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

const fieldErrors = (value: unknown): { path: string; message: string }[] =>
  (Array.isArray(value) ? value : [])
    .filter(isObject)
    .map(({ path, message }) => ({ path: textOr(path, ''), message: textOr(message, '') }));

/** An answer that isn't a success, as a problem; also one that a proxy gave and that isn't JSON. */
export const problemOf = (status: number, text: string): ApiProblem => {
  const body = parsed(text);
  if (!isObject(body) || typeof body.code !== 'string')
    return new ApiProblem(
      status,
      'unexpected_answer',
      'Unexpected answer',
      `The server answered with status ${status} and no explanation. Try again in a moment.`,
      null,
      [],
    );
  const title = textOr(body.title, body.code);
  const reference = typeof body.reference === 'string' ? body.reference : null;
  return new ApiProblem(
    status,
    body.code,
    title,
    textOr(body.detail, title),
    reference,
    fieldErrors(body.errors),
  );
};

const withCause = (problem: ApiProblem, cause: unknown): ApiProblem => Object.assign(problem, { cause });

/** No answer came: no network, no server, or not in time. */
export const networkProblem = (cause: unknown): ApiProblem =>
  withCause(
    own(
      'network',
      'The server could not be reached',
      'The server could not be reached. Check the connection and try again.',
    ),
    cause,
  );

const own = (code: string, title: string, detail: string): ApiProblem =>
  new ApiProblem(0, code, title, detail, null, []);

/** The client was closed while the request was under way. */
export const closedProblem = (): ApiProblem =>
  own('closed', 'The client is closed', 'The request was given up: the client is closed.');

export const outboxFullProblem = (limit: number): ApiProblem =>
  own(
    'outbox_full',
    'Too much is waiting to be sent',
    `${limit} messages and commands wait for the server already. Try again once the connection is back.`,
  );

export const discardedProblem = (): ApiProblem =>
  own('discarded', 'Not sent', 'This was taken out of the outbox before it was answered.');
