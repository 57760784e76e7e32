import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, RequestHandler, Response } from 'express';
import { v5 } from 'uuid';
import type { Principal } from '../../commands/permissions.ts';
import { type CommandId, commandId } from '../../events/ids.ts';
import type { ReadModel } from '../../projections/readModel.ts';
import type { Authentication } from '../authentication.ts';
import type { Buckets } from '../limits/buckets.ts';
import type { Limits } from '../limits/limits.ts';
import { type Problem, problemBody, problemOf, tooMuch } from '../problems.ts';
import { fingerprint } from './fingerprint.ts';
import type { Idempotency } from './idempotency.ts';
import { type Answer, isStream, type Operation, type Prepared } from './operation.ts';
import type { People } from './people.ts';
import { readBody } from './readBody.ts';
import type { Refusals } from './refusals.ts';
import { idempotencyKey, minPosition } from './schemas.ts';
import { signIn } from './signIn.ts';
import { referenceOf } from './trace.ts';
import { validated } from './validated.ts';

/** How long a read waits for the documents to be where it needs them, in milliseconds. */
export const longestWait = 5_000;

/** Fixed for ever: it makes a command's id of a user and their idempotency key. */
const commands = '2f8f2d0a-63f5-4c8f-8f1c-0d6c0f7a9b11';

const commandIdOf = (user: string, key: string): CommandId => commandId.parse(v5(key, v5(user, commands)));

/**
 * A refusal is an answer too, that a repetition is given again; a failure of ours (5xx) is none, nor is
 * "not now" (429): who comes again as told, under the same key, is to get through.
 */
const refusal = (error: unknown, reference: string): Answer => {
  const problem = problemOf(error);
  if (problem.status >= 500 || problem.status === 429) throw error;
  return {
    status: problem.status,
    headers: { 'Content-Type': 'application/problem+json; charset=utf-8', ...problem.headers },
    body: problemBody(problem, reference),
  };
};

const send = async (response: Response, { status, headers = {}, body }: Answer): Promise<void> => {
  const { Vary, ...others } = headers;
  if (Vary !== undefined) response.vary(Vary);
  response.status(status).set(others);
  // Where it breaks off, the connection does too: nobody takes a part for the whole.
  if (isStream(body) && response.req.method !== 'HEAD') await pipeline(Readable.from(body), response);
  else if (body === null || isStream(body)) response.end();
  else if (body instanceof Uint8Array) response.send(Buffer.from(body.buffer, body.byteOffset, body.length));
  else response.json(body);
};

/** One more of these; the problem where that is too many. */
const overLimit = (buckets: Buckets, what: string, from: string, key: string): Problem | null => {
  const seconds = buckets.spend(key);
  return seconds === null ? null : tooMuch(what, from, seconds);
};

interface CallParts {
  readonly authentication: Authentication;
  readonly people: People;
  readonly limits: Limits;
  readonly idempotency: Idempotency;
  readonly readModel: Pick<ReadModel, 'whenProcessed'>;
  readonly refusals: Refusals;
  readonly newId: () => string;
}

/** A call as far as it is known before its body is read. */
interface Caller {
  readonly request: Request;
  readonly reference: string;
  readonly address: string;
  readonly principal: Principal | null;
  /** Its idempotency key, as it was given. */
  readonly key: string | undefined;
}

export const answerCalls = (parts: CallParts) => {
  const { limits } = parts;

  const readYourWrites = async (request: Request): Promise<void> => {
    const wanted = request.get('Darkroom-Min-Position');
    if (wanted === undefined) return;
    const position = validated(minPosition, { 'Darkroom-Min-Position': wanted });
    await parts.readModel.whenProcessed(position['Darkroom-Min-Position'], longestWait);
  };

  const spendPicture = ({ address, principal }: Caller): void => {
    const refused =
      overLimit(limits.pictures.address, 'requests for pictures', 'your address', address) ??
      (principal && overLimit(limits.pictures.person, 'requests for pictures', 'you', principal.id));
    if (refused !== null) throw refused;
  };

  const runPost = async (
    caller: Caller,
    refused: Problem | null,
    body: unknown,
    { asksForPicture, run }: Prepared,
  ): Promise<Answer> => {
    const { request, reference, principal, key: given } = caller;
    if (given === undefined) {
      if (asksForPicture) spendPicture(caller);
      return run(commandId.parse(parts.newId()));
    }
    const key = validated(idempotencyKey, { 'Idempotency-Key': given })['Idempotency-Key'];
    const user = principal?.id ?? 'anonymous';
    const asked = { user, key, hash: fingerprint('POST', request.originalUrl, body) };
    if (refused !== null) {
      const again = await parts.idempotency.again(asked);
      if (again === null) throw refused;
      return again;
    }
    return parts.idempotency.once(asked, async () => {
      if (asksForPicture) spendPicture(caller);
      return run(commandIdOf(user, key)).catch((error: unknown) => refusal(error, reference));
    });
  };

  /** What is spent by address and then by person; the problem where one of them has spent all. */
  const spendRequest = async (
    request: Request,
    reference: string,
    operation: Operation,
  ): Promise<{ caller: Caller; refused: Problem | null }> => {
    const key = operation.method === 'post' ? request.get('Idempotency-Key') : undefined;
    const address = limits.addressOf(request);
    const ofAddress = overLimit(limits.requests.address, 'requests', 'your address', address);
    // A repetition is answered before limits count, and whose it is tells the token alone.
    if (ofAddress !== null && key === undefined) throw ofAddress;
    const principal =
      operation.access === 'anyone'
        ? null
        : await signIn(parts.authentication, parts.people, request.get('Authorization'));
    const refused =
      ofAddress ?? (principal && overLimit(limits.requests.person, 'requests', 'you', principal.id));
    if (refused !== null && key === undefined) throw refused;
    return { caller: { request, reference, address, principal, key }, refused };
  };

  /** The steps that every call goes through, in their order: who, what, as of when, and then the call itself. */
  return (operation: Operation): RequestHandler =>
    async (request, response) => {
      const reference = referenceOf(response);
      const { caller, refused } = await spendRequest(request, reference, operation);
      const { principal, address } = caller;
      const isRead = operation.method === 'get';
      const body = isRead ? {} : await readBody(request, response, operation.mediaTypes);
      const call = {
        ...{ principal, reference, address, body, params: request.params, query: request.query },
        header: (name: string) => request.get(name),
      };
      const bare = operation.prepare(call);
      const prepared = isRead ? bare : { ...bare, run: parts.refusals.noted(operation, call, bare.run) };
      if (isRead) await readYourWrites(request);
      const answer =
        operation.method === 'post'
          ? await runPost(caller, refused, body, prepared)
          : await prepared.run(commandId.parse(parts.newId()));
      await send(response, answer);
    };
};
