import { type DarkroomApi, type Session, signIn, signInMode, signInWithToken } from '../../client/index.ts';
import { ensure } from './check.ts';

/** A server that is up answers this fast. */
const answersWithin = 10_000;

const get = async (url: string, path: string): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(answersWithin) });
  const isJson = response.headers.get('Content-Type')?.includes('json') ?? false;
  return { status: response.status, body: isJson ? await response.json() : null };
};

/** The parts that say what is the matter, each with it. */
const troubles = (part: unknown, name: string): readonly string[] => {
  if (Array.isArray(part)) return part.flatMap((each) => troubles(each, name));
  if (typeof part !== 'object' || part === null) return [];
  if (!('state' in part))
    return Object.entries(part).flatMap(([key, value]) =>
      troubles(value, name === '' ? key : `${name}.${key}`),
    );
  const reason = 'reason' in part ? part.reason : null;
  return typeof reason === 'string' ? [`${'name' in part ? part.name : name}: ${reason}`] : [];
};

/** Alive, ready where it says so to us, and at all reached by what it says. @throws Error that says what it is not */
export const isReady = async (url: string): Promise<string> => {
  const alive = await get(url, '/healthz').catch((cause: unknown) => {
    throw new Error(`nothing answers at ${url}`, { cause });
  });
  ensure(alive.status === 200, `/healthz answered ${alive.status}`);
  const { status, body } = await get(url, '/readyz');
  // A proxy keeps it from outside (deploy/proxy/nginx.conf).
  if (status === 404) return 'alive; /readyz is not shown here';
  const parts = typeof body === 'object' && body !== null && 'parts' in body ? body.parts : null;
  ensure(status === 200, `/readyz answered ${status}: ${troubles(parts, '').join('; ')}`);
  return 'alive and ready';
};

export const hasEngines = async (api: Pick<DarkroomApi, 'engines'>): Promise<string> => {
  const engines = await api.engines();
  ensure(
    engines.some(({ circuit }) => circuit !== 'open'),
    `no engine draws: ${engines.map(({ name, circuit }) => `${name} ${circuit}`).join(', ')}`,
  );
  return engines.map(({ name, circuit }) => `${name} ${circuit}`).join(', ');
};

/** By a token where there is one; else by a name, where the server lets who is there. */
export const signInThere = async (url: string, token: string | undefined): Promise<Session> => {
  if (token !== undefined) return signInWithToken(url, token);
  ensure(
    (await signInMode(url)) === 'local',
    'people sign in there with tokens of an identity provider: give one in DARKROOM_TOKEN',
  );
  return signIn(url, 'Smoke check');
};
