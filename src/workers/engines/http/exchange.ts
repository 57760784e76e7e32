import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { EngineError } from '../imageEngine.ts';

/** One call to an engine's server. */
export interface Call {
  readonly url: URL;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as the body, as JSON. */
  readonly json?: unknown;
  /** How long the whole of it may take, to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Bytes of the answer beyond which it isn't read. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface Connected {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** To be read, or left by `break`: else the connection stays until the time is over. */
  readonly body: AsyncIterable<Buffer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export const megabytes = (count: number): number => count * 1024 * 1024;

/**
 * Calls, and answers as soon as the headers are there. Redirects aren't followed: an engine that sends us
 * elsewhere could send us into our own network. Made with `node:http`, since `fetch` gives up after five
 * minutes without headers, and an engine that answers when it has drawn may take longer.
 * @throws EngineError `engine_unavailable`, or the signal's reason
 */
export const connect = async (call: Call): Promise<Connected> => {
  const watch = watchOver(call);
  try {
    const response = await send(call, watch.signal);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: bodyOf(response, call, watch),
    };
  } catch (cause) {
    watch.end();
    throw watch.explain(cause);
  }
};

/** Calls, and reads the whole answer, whatever its status is. */
export const exchange = async (call: Call): Promise<Answer> => collect(await connect(call));

export const collect = async ({ status, headers, body }: Connected): Promise<Answer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return { status, headers, body: Buffer.concat(chunks) };
};

const send = (
  { url, method = 'GET', headers = {}, json }: Call,
  signal: AbortSignal,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const body = json === undefined ? null : Buffer.from(JSON.stringify(json));
    const ofBody =
      body === null ? {} : { 'content-type': 'application/json', 'content-length': String(body.length) };
    const start = url.protocol === 'https:' ? secureRequest : plainRequest;
    const request = start(url, { method, headers: { ...ofBody, ...headers }, signal }, resolve);
    request.on('error', reject);
    request.end(body ?? undefined);
  });

async function* bodyOf(response: IncomingMessage, call: Call, watch: Watch): AsyncGenerator<Buffer> {
  let size = 0;
  try {
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.length;
      if (size > call.maxBytes)
        throw new EngineError('internal', `${shown(call.url)} sent more than ${call.maxBytes} bytes`, false);
      yield chunk;
    }
  } catch (cause) {
    throw watch.explain(cause);
  } finally {
    watch.end();
    response.destroy();
  }
}

interface Watch {
  /** Aborted when the caller's signal is, or the time is over. */
  readonly signal: AbortSignal;
  end(): void;
  explain(cause: unknown): unknown;
}

const watchOver = ({ url, timeoutMs, signal }: Call): Watch => {
  const limit = new AbortController();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    limit.abort();
  }, timeoutMs);
  const stop = (): void => limit.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return {
    signal: limit.signal,
    end() {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    },
    explain(cause) {
      if (signal.aborted) return signal.reason;
      if (cause instanceof EngineError) return cause;
      const what = isLate ? `did not answer within ${timeoutMs} ms` : 'could not be reached';
      return new EngineError('engine_unavailable', `${shown(url)} ${what}`, true, { cause });
    },
  };
};

/** Without user name, password and query: they may hold secrets, and messages go to logs. */
const shown = ({ origin, pathname }: URL): string => `${origin}${pathname}`;

/** `path` below the address of a server, which may itself lie below a path of a proxy. */
export const below = (base: URL, path: string): URL => {
  const folder = new URL(base);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return new URL(path, folder);
};
