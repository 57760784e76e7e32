import { z } from 'zod';
import type { CommandContext } from '../../commands/commands.ts';
import type { Principal } from '../../commands/permissions.ts';
import type { CommandId } from '../../events/ids.ts';
import { notSignedIn } from '../problems.ts';
import { validated } from './validated.ts';

/** What a call is answered with. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text that comes bit by bit is written as fast as it is taken, and no faster. */
  readonly body: object | Uint8Array | TextStream | null;
}

export interface TextStream extends AsyncIterable<string> {}

export const isStream = (body: Answer['body']): body is TextStream =>
  body !== null && Symbol.asyncIterator in body;

export const ok = (body: object): Answer => ({ status: 200, body });

/** A call as it came in, its body read and its sender known; nothing of it is validated yet. */
export interface Call {
  /** Null where nobody signed in, and nobody needs to. */
  readonly principal: Principal | null;
  /** Id of the request: of its log lines, its problem and the events that it causes. */
  readonly reference: string;
  /** Address of the client. */
  readonly address: string;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly header: (name: string) => string | undefined;
}

export type Method = 'get' | 'post' | 'patch' | 'delete';

/** One call of the HTTP table. `prepare` validates; what it answers with runs it. */
export interface Operation {
  readonly method: Method;
  /** After the base path. */
  readonly path: string;
  readonly access: 'signed_in' | 'anyone';
  /** Of the body. */
  readonly mediaTypes: readonly string[];
  /** What goes in, as the OpenAPI document tells it. */
  readonly takes: { readonly params: z.ZodType; readonly query: z.ZodType; readonly body: z.ZodType };
  prepare(call: Call): Prepared;
}

/** A call that is valid. */
export interface Prepared {
  /** Whether it asks for a picture, of which there may be fewer than of other requests. */
  readonly asksForPicture: boolean;
  run(commandId: CommandId): Promise<Answer>;
}

/** A validated call. */
export interface Asked<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly header: Call['header'];
}

interface Definition<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType, Who> {
  readonly method: Method;
  readonly path: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly mediaTypes?: readonly string[];
  readonly asksForPicture?: (body: z.output<Body>) => boolean;
  answer(
    asked: Asked<z.output<Params>, z.output<Query>, z.output<Body>> & Who,
    commandId: CommandId,
  ): Promise<Answer>;
}

/** No fields at all; an empty body is one of these too. */
const nothing = z.strictObject({});
type Nothing = typeof nothing;

const define =
  <Who>(access: Operation['access'], whoOf: (call: Call, commandId: CommandId) => Who) =>
  <Params extends z.ZodType = Nothing, Query extends z.ZodType = Nothing, Body extends z.ZodType = Nothing>(
    definition: Definition<Params, Query, Body, Who>,
  ): Operation => {
    const { method, path, mediaTypes = ['application/json'] } = definition;
    const takes: Operation['takes'] = {
      params: definition.params ?? nothing,
      query: definition.query ?? nothing,
      body: definition.body ?? nothing,
    };
    return {
      ...{ method, path, access, mediaTypes, takes },
      prepare(call) {
        const asked = {
          params: validated(takes.params, call.params) as z.output<Params>,
          query: validated(takes.query, call.query) as z.output<Query>,
          body: validated(takes.body, call.body) as z.output<Body>,
          header: call.header,
        };
        return {
          asksForPicture: definition.asksForPicture?.(asked.body) ?? false,
          run: (commandId) => definition.answer({ ...asked, ...whoOf(call, commandId) }, commandId),
        };
      },
    };
  };

/** A call that only signed-in people may make: it knows who asks, and under which ids a command goes. */
export const operation = define('signed_in', (call, commandId): { readonly context: CommandContext } => {
  if (call.principal === null) throw notSignedIn();
  const { principal, reference: correlationId, address } = call;
  return { context: { principal, commandId, correlationId, origin: { way: 'http', address } } };
});

/** A call that anyone may make. */
export const openOperation = define('anyone', () => ({}));
