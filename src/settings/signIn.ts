import { z } from 'zod';

/** Signatures with a secret that both sides know, and with a key pair. Unsigned tokens (`none`) are in neither. */
const symmetric = ['HS256', 'HS384', 'HS512'] as const;
const asymmetric = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA'],
] as const;
const all: readonly string[] = [...symmetric, ...asymmetric];

/** Names separated by commas. */
export const algorithms = z.string().transform((text, context): readonly string[] => {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => all.includes(name))) return names;
  context.addIssue({ code: 'custom', message: `must name some of ${all.join(', ')}, separated by commas` });
  return z.NEVER;
});

/** The settings of signing in, each valid by itself. */
export interface SignInSettings {
  readonly AUTH_MODE: 'local' | 'jwt';
  readonly AUTH_JWT_SECRET?: string | undefined;
  readonly AUTH_JWKS_URL?: string | undefined;
  readonly AUTH_JWT_ISSUER?: string | undefined;
  readonly AUTH_JWT_AUDIENCE?: string | undefined;
  readonly AUTH_JWT_ALGORITHMS?: readonly string[] | undefined;
  readonly AUTH_JWT_CLOCK_TOLERANCE: number;
  readonly AUTH_JWT_ROLES_CLAIM: string;
}

/** Whose tokens are believed, and how they are read. */
export interface JwtSettings {
  readonly keys: { readonly secret: string } | { readonly url: string };
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  /** In seconds. */
  readonly clockTolerance: number;
  readonly rolesClaim: string;
}

interface SignInProblem {
  readonly setting: keyof SignInSettings;
  readonly message: string;
}

const keysOf = ({ AUTH_JWT_SECRET, AUTH_JWKS_URL }: SignInSettings): JwtSettings['keys'] | SignInProblem => {
  if (AUTH_JWT_SECRET !== undefined && AUTH_JWKS_URL !== undefined)
    return {
      setting: 'AUTH_JWT_SECRET',
      message: 'and AUTH_JWKS_URL must not both be set: remove the one that tokens are not signed with',
    };
  if (AUTH_JWT_SECRET !== undefined) return { secret: AUTH_JWT_SECRET };
  if (AUTH_JWKS_URL !== undefined) return { url: AUTH_JWKS_URL };
  return { setting: 'AUTH_JWT_SECRET', message: 'or AUTH_JWKS_URL must be set while AUTH_MODE is jwt' };
};

/**
 * Never both kinds: were a key of the key set taken for a secret, everyone could sign, for it is public.
 */
const algorithmsOf = (
  keys: JwtSettings['keys'],
  named: readonly string[] | undefined,
): readonly string[] | SignInProblem => {
  const [possible, usual, from]: readonly [readonly string[], string, string] =
    'secret' in keys ? [symmetric, 'HS256', 'AUTH_JWT_SECRET'] : [asymmetric, 'RS256', 'AUTH_JWKS_URL'];
  if ((named ?? [usual]).every((name) => possible.includes(name))) return named ?? [usual];
  return {
    setting: 'AUTH_JWT_ALGORITHMS',
    message: `must name only some of ${possible.join(', ')} while ${from} is set`,
  };
};

const isProblem = (value: object): value is SignInProblem => 'setting' in value;

const required = (setting: 'AUTH_JWT_ISSUER' | 'AUTH_JWT_AUDIENCE'): SignInProblem => ({
  setting,
  message: 'must be set while AUTH_MODE is jwt',
});

/** What `jwt` mode goes by; or the first thing that doesn't go together. */
export const jwtSettings = (settings: SignInSettings): JwtSettings | SignInProblem => {
  const keys = keysOf(settings);
  if (isProblem(keys)) return keys;
  const algorithms = algorithmsOf(keys, settings.AUTH_JWT_ALGORITHMS);
  if (isProblem(algorithms)) return algorithms;
  const { AUTH_JWT_ISSUER: issuer, AUTH_JWT_AUDIENCE: audience } = settings;
  if (issuer === undefined) return required('AUTH_JWT_ISSUER');
  if (audience === undefined) return required('AUTH_JWT_AUDIENCE');
  return {
    ...{ keys, issuer, audience, algorithms },
    clockTolerance: settings.AUTH_JWT_CLOCK_TOLERANCE,
    rolesClaim: settings.AUTH_JWT_ROLES_CLAIM,
  };
};

/** In local mode a key that is set would be believed to guard the door, where a name is enough to pass. */
const unused = (settings: SignInSettings): SignInProblem[] =>
  (['AUTH_JWT_SECRET', 'AUTH_JWKS_URL'] as const)
    .filter((setting) => settings[setting] !== undefined)
    .map((setting) => ({
      setting,
      message: 'must not be set while AUTH_MODE is local; set AUTH_MODE to jwt',
    }));

/** What is wrong with the settings of signing in, taken together. */
export const signInProblems = (settings: SignInSettings): readonly SignInProblem[] => {
  if (settings.AUTH_MODE === 'local') return unused(settings);
  const found = jwtSettings(settings);
  return isProblem(found) ? [found] : [];
};
