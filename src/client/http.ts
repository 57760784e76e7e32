import { v7 } from 'uuid';
import { type Position, startOfLog } from '../events/ids.ts';
import { serverAddress } from './address.ts';
import { backoff, wait } from './backoff.ts';
import { ApiProblem } from './client.ts';
import { closedProblem, networkProblem, problemOf } from './problems.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** After `/api/v1`. */
  readonly path: string;
  readonly query?: { readonly [name: string]: string | undefined };
  readonly body?: unknown;
  readonly contentType?: string;
  /** The documents that are read must be at least there, beside what this client's own commands ask for. */
  readonly atLeast?: Position;
  readonly signal?: AbortSignal | undefined;
}

export interface Http {
  /** @throws ApiProblem */
  json<Answer>(request: HttpRequest): Promise<Answer>;
  /** Sends it once, under that key; for who keeps what was asked for and decides alone what is repeated. */
  attempt(request: HttpRequest, key: string): Promise<Attempt<unknown>>;
  /** @throws ApiProblem */
  blob(request: HttpRequest): Promise<Blob>;
  /** Forgets where own commands stood: the server has another log now. */
  forgetPosition(): void;
  /** Where the newest of own commands stood. */
  position(): Position;
}

export type Attempt<Answer> =
  | { readonly answer: Answer }
  /** `pause`: so many milliseconds the server asks to wait; null where it says nothing. */
  | { readonly problem: ApiProblem; readonly pause: number | null };

export interface HttpOptions {
  readonly url: string;
  readonly token: () => string | null;
  /** Aborted when the client is closed. */
  readonly closed: AbortSignal;
  /** This token isn't believed any more. */
  readonly onUnauthorized?: (token: string | null) => void;
  /** How long the first pause before a repetition is. */
  readonly retryMs?: number;
}

/** Attempts at one request whose answers were lost, with longer and longer pauses. */
const mostAttempts = 6;
/** Attempts where the server says when to come again, in a second mostly: they outlast its restart on a busy machine. */
const mostAsked = 30;
const longestPause = 8_000;
/** An answer that takes longer is taken for lost. Reading one's own writes waits 5 s at most. */
const answerWithin = 30_000;

/** Pause that the server asks for; null where it asks for none. */
const retryAfter = (response: Response): number | null => {
  const header = response.headers.get('Retry-After');
  if (header === null) return null;
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, Math.min(milliseconds, answerWithin)) : null;
};

/** No answer at all, or one of those that gateways give where they lost the server's. */
const isWorthRepeating = ({ status, code }: ApiProblem): boolean =>
  code === 'network' || status === 502 || status === 503 || status === 504 || code === 'request_in_progress';

const later = (one: Position, other: Position): Position => {
  if (one > other) return one;
  return other;
};

const urlOf = (base: string, { path, query = {} }: HttpRequest): string => {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return `${base}${path}${given.length === 0 ? '' : `?${new URLSearchParams(given)}`}`;
};

/** A path whose parts may hold any characters. */
export const pathOf = (...parts: readonly string[]): string => `/${parts.map(encodeURIComponent).join('/')}`;

/** Requests to one server. What was asked for is repeated where that is safe: GET, and POST under its key. */
export const createHttp = ({ url, token, closed, onUnauthorized, retryMs = 250 }: HttpOptions): Http => {
  const { origin, path } = serverAddress(url);
  const base = `${origin}${path}/api/v1`;
  let newest = startOfLog;

  const headersOf = (request: HttpRequest, key: string, bearer: string | null): Record<string, string> => {
    const { method, body, contentType = 'application/json', atLeast = startOfLog } = request;
    const needed = later(atLeast, newest);
    return {
      ...(bearer === null ? {} : { Authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'Content-Type': contentType }),
      ...(method === 'POST' ? { 'Idempotency-Key': key } : {}),
      ...(method === 'GET' && needed > startOfLog ? { 'Darkroom-Min-Position': needed } : {}),
    };
  };

  const attempt = async <Answer>(
    request: HttpRequest,
    key: string,
    signal: AbortSignal,
    read: (response: Response) => Promise<Answer>,
  ): Promise<Attempt<Answer>> => {
    const { method, body } = request;
    const bearer = token();
    try {
      const response = await fetch(urlOf(base, request), {
        method,
        headers: headersOf(request, key, bearer),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithin)]),
      });
      if (response.ok) return { answer: await read(response) };
      const problem = problemOf(response.status, await response.text());
      if (response.status === 401) onUnauthorized?.(bearer);
      return { problem, pause: retryAfter(response) };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return { problem: error instanceof ApiProblem ? error : networkProblem(error), pause: null };
    }
  };

  const send = async <Answer>(
    request: HttpRequest,
    read: (response: Response) => Promise<Answer>,
  ): Promise<Answer> => {
    const signal = request.signal === undefined ? closed : AbortSignal.any([closed, request.signal]);
    const mayRepeat = request.method === 'GET' || request.method === 'POST';
    const key = v7();
    for (let attempts = 1; ; attempts += 1) {
      const result = await attempt(request, key, signal, read);
      if ('answer' in result) return result.answer;
      const most = result.pause === null ? mostAttempts : mostAsked;
      if (!isWorthRepeating(result.problem) || !mayRepeat || attempts >= most) throw result.problem;
      await wait(result.pause ?? backoff(attempts - 1, retryMs, longestPause), signal);
    }
  };

  /** Being closed is told as a problem like the others; a caller's own abort is told as they named it. */
  const problemsOnly = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    try {
      return await answer;
    } catch (error) {
      throw closed.aborted && !(error instanceof ApiProblem) ? closedProblem() : error;
    }
  };

  const remember = (answer: unknown) => {
    const isPlaced = typeof answer === 'object' && answer !== null && 'position' in answer;
    if (isPlaced && typeof answer.position === 'string' && answer.position > newest)
      newest = answer.position as Position;
  };

  const readJson = async <Answer>(response: Response): Promise<Answer> => {
    const text = await response.text();
    try {
      const answer = JSON.parse(text) as Answer;
      remember(answer);
      return answer;
    } catch (error) {
      if (error instanceof SyntaxError) throw problemOf(response.status, text);
      throw error;
    }
  };

  return {
    attempt: (request, key) => problemsOnly(attempt(request, key, closed, readJson)),
    json: <Answer>(request: HttpRequest) => problemsOnly(send<Answer>(request, readJson<Answer>)),
    blob: (request) => problemsOnly(send(request, (response) => response.blob())),
    forgetPosition: () => {
      newest = startOfLog;
    },
    position: () => newest,
  };
};
