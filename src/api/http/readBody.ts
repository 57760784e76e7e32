import express, { type Request, type Response } from 'express';
import { invalidInput, Problem } from '../problems.ts';

const mostBytes = 1_048_576;

/** The type was checked before; primitives are left to the schemas, which say what is wanted instead. */
const parse = express.json({ limit: mostBytes, strict: false, type: () => true });

const isBadJson = (error: unknown): boolean =>
  error instanceof Error && 'type' in error && error.type === 'entity.parse.failed';

const parsed = (request: Request, response: Response): Promise<unknown> =>
  new Promise((resolve, reject) => {
    parse(request, response, (error?: unknown) => {
      if (error === undefined || error === null) resolve(request.body);
      else if (isBadJson(error))
        reject(invalidInput([{ path: '', message: 'the body must be JSON' }], { cause: error }));
      else reject(error);
    });
  });

/** The body as JSON; no body at all is `{}`. @throws Problem */
export const readBody = async (
  request: Request,
  response: Response,
  mediaTypes: readonly string[],
): Promise<unknown> => {
  const isGiven = request.headers['content-length'] !== '0' && request.is('*/*') !== null;
  if (isGiven && !request.is([...mediaTypes]))
    throw new Problem('unsupported_media_type', `Send the body as ${mediaTypes.join(' or ')}.`, {
      headers: { Accept: mediaTypes.join(', ') },
    });
  const body = await parsed(request, response);
  return body === undefined ? {} : body;
};
