import { isUtf8 } from 'node:buffer';
import express, { type Request, type Response } from 'express';
import { invalidInput, Problem } from '../problems.ts';

const mostBytes = 1_048_576;
/** Of a body that is too large so much is taken from the line before it is cut off: most end by then, and are told why. */
const mostTaken = 8 * mostBytes;

/**
 * The type was checked before; primitives are left to the schemas, which say what is wanted instead. Bytes
 * that are no UTF-8 are refused here: decoded they would become other text than was sent.
 */
const parse = express.json({
  limit: mostBytes,
  strict: false,
  type: () => true,
  verify(_request, _response, body) {
    if (!isUtf8(body)) throw new Error('the body is not UTF-8');
  },
});

const unreadable: ReadonlySet<unknown> = new Set(['entity.parse.failed', 'entity.verify.failed']);
const isUnreadable = (error: unknown): boolean =>
  error instanceof Error && 'type' in error && unreadable.has(error.type);

/** The parser answers a body that is too large at its end alone, which one that has none never comes to. */
const refuseEndless = (request: Request, refuse: (problem: Problem) => void): void => {
  let taken = 0;
  request.on('data', (chunk: Buffer) => {
    taken += chunk.length;
    if (taken <= mostTaken) return;
    request.removeAllListeners('data').pause();
    refuse(
      new Problem('body_too_large', 'The body is larger than 1 MiB; send less at once.', {
        headers: { Connection: 'close' },
      }),
    );
  });
};

const parsed = (request: Request, response: Response): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const declared = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY);
    if (declared > mostTaken && request.is('*/*') !== null) refuseEndless(request, reject);
    parse(request, response, (error?: unknown) => {
      if (error === undefined || error === null) resolve(request.body);
      else if (isUnreadable(error))
        reject(invalidInput([{ path: '', message: 'the body must be JSON in UTF-8' }]));
      else reject(error);
    });
  });

const isOtherCharset = (contentType = ''): boolean => {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(contentType)?.[1];
  return charset !== undefined && !/^utf-?8$/i.test(charset);
};

/** The body as JSON; no body at all is `{}`. @throws Problem */
export const readBody = async (
  request: Request,
  response: Response,
  mediaTypes: readonly string[],
): Promise<unknown> => {
  const isGiven = request.headers['content-length'] !== '0' && request.is('*/*') !== null;
  if (isGiven && (!request.is([...mediaTypes]) || isOtherCharset(request.get('Content-Type'))))
    throw new Problem('unsupported_media_type', `Send the body as ${mediaTypes.join(' or ')}, in UTF-8.`, {
      headers: { Accept: mediaTypes.join(', ') },
    });
  const body = await parsed(request, response);
  return body === undefined ? {} : body;
};
