import type { RequestHandler } from 'express';
import { loopback, parsedUrl } from '../origins.ts';
import { Problem } from '../problems.ts';

const allowed = {
  'Access-Control-Allow-Methods': 'GET, POST, PATCH, DELETE',
  'Access-Control-Allow-Headers':
    'Authorization, Content-Type, Darkroom-Min-Position, Idempotency-Key, If-None-Match',
  'Access-Control-Max-Age': '600',
};
const exposed = 'Content-Disposition, Darkroom-Reference, ETag, Idempotency-Replayed, Location, Retry-After';

/** Pages of the listed origins may call; to all others the browser says no, for nothing here says yes. */
export const crossOrigin =
  (origins: ReadonlySet<string>): RequestHandler =>
  (request, response, next) => {
    const origin = request.get('Origin');
    if (origins.size > 0) response.vary('Origin');
    if (origin === undefined || !origins.has(origin)) return next();
    response.set('Access-Control-Allow-Origin', origin).set('Access-Control-Expose-Headers', exposed);
    if (request.method !== 'OPTIONS') return next();
    response.status(204).set(allowed).end();
  };

/**
 * Where a name is enough to sign in, a page of the web must not do it for the person who visits it:
 * neither from its own origin, nor by having its name resolve to this machine (DNS rebinding).
 * @throws Problem
 */
export const refuseForeignPages = (
  header: (name: string) => string | undefined,
  origins: ReadonlySet<string>,
): void => {
  const host = header('Host') ?? '';
  const origin = header('Origin');
  if (!loopback.has(parsedUrl(`http://${host}`)?.hostname ?? ''))
    throw new Problem('forbidden', 'Sign in at a loopback address, such as http://127.0.0.1.');
  if (origin === undefined || origins.has(origin)) return;
  if (parsedUrl(origin)?.host !== host)
    throw new Problem(
      'forbidden',
      'A page of another origin may not sign in here; list its origin in the setting ALLOWED_ORIGINS.',
    );
};
