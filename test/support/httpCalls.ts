import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { AnswerCheck } from './described.ts';

/** What is read of an answer in tests: everything may be there. */
const document = z.record(z.string(), z.unknown());
const session = z.object({ token: z.string(), user: z.object({ id: z.string(), name: z.string() }) });

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  /** The body as it came. */
  readonly text: string;
}

export interface CallOptions {
  readonly token?: string;
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

const started = z.object({ conversation: z.object({ conversationId: z.uuid() }) });
const posted = z.object({
  message: z.object({ messageId: z.uuid() }),
  job: z.object({ jobId: z.uuid() }).optional(),
  position: z.string(),
});

/** The body as the schema says; else an error that tells what was answered instead. */
const expected = <Schema extends z.ZodType>(schema: Schema, { status, body }: Called): z.output<Schema> => {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
};

/** A signed-in person, who can call. */
export type Person = Awaited<ReturnType<ReturnType<typeof httpCaller>['signIn']>>;

/** `check` throws where an answer isn't as it should be, whatever the test is about. */
export const httpCaller = (url: string, check: AnswerCheck = () => {}) => {
  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Called> => {
    const { token, body, raw, headers } = options;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined && raw === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(raw !== undefined ? { body: raw } : body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    check({ method, path, status: response.status, headers: response.headers, text });
    const isJson = /[/+]json/.test(response.headers.get('Content-Type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text.startsWith('{') ? document.parse(JSON.parse(text)) : { text },
      text,
    };
  };

  /** Someone new each time, unless named. */
  const signIn = async (roles: readonly string[] = ['user'], name = `Person ${randomUUID()}`) => {
    const answer = await call('POST', '/api/v1/sessions', { body: { name, roles } });
    const { token, user } = expected(session, answer);
    const as = (method: string, path: string, options: CallOptions = {}) =>
      call(method, `/api/v1${path}`, { token, ...options });
    return {
      ...{ token, id: user.id, name: user.name, call: as },
      startConversation: async (body: object = { title: 'Harbour' }) =>
        expected(started, await as('POST', '/conversations', { body })).conversation.conversationId,
      post: async (conversationId: string, body: object) =>
        expected(posted, await as('POST', `/conversations/${conversationId}/messages`, { body })),
    };
  };

  return { call, signIn };
};
