import { z } from 'zod';
import { algorithms } from './signIn.ts';
import { loopback, whole } from './values.ts';

/** Whoever can change what is read from there can sign in as anyone; so it must come by TLS. */
const isKeysUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isSafe =
    protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname.replace(/^\[|\]$/g, '')));
  return isSafe && username === '' && password === '';
};

const isOrigin = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).pathname === '/';

const areOrigins = (text: string): boolean =>
  text
    .split(',')
    .map((each) => each.trim())
    .every((each) => each === '' || isOrigin(each));

/** Who may come in, and from which pages. */
export const accessSettings = {
  AUTH_MODE: z
    .enum(['local', 'jwt'], 'must be local or jwt')
    .default('local')
    .describe(
      'How people sign in. `local`: a name is enough; on a loopback address only. `jwt`: by tokens of an identity provider.',
    ),
  AUTH_JWT_SECRET: z
    .string()
    .refine((secret) => Buffer.byteLength(secret) >= 32, 'must have at least 32 bytes, or it can be guessed')
    .optional()
    .describe('`jwt` mode: the secret that tokens are signed with (HS256, HS384, HS512). Or AUTH_JWKS_URL.'),
  AUTH_JWKS_URL: z
    .string()
    .refine(
      isKeysUrl,
      'must be an https: URL without user name and password; http: is for loopback addresses alone',
    )
    .optional()
    .describe('`jwt` mode: where the identity provider publishes its public keys. Or AUTH_JWT_SECRET.'),
  AUTH_JWT_ISSUER: z.string().optional().describe('`jwt` mode, required: the `iss` of tokens.'),
  AUTH_JWT_AUDIENCE: z
    .string()
    .optional()
    .describe('`jwt` mode, required: what the `aud` of tokens must name.'),
  AUTH_JWT_ALGORITHMS: algorithms
    .optional()
    .describe(
      '`jwt` mode: signatures that are believed, by commas; default: HS256, or RS256 with AUTH_JWKS_URL.',
    ),
  AUTH_JWT_CLOCK_TOLERANCE: whole(0, 300)
    .default(0)
    .describe('`jwt` mode: seconds by which the clock of the identity provider may be off.'),
  AUTH_JWT_ROLES_CLAIM: z
    .string()
    .default('roles')
    .describe('`jwt` mode: the claim with the roles; a path by dots, such as `realm_access.roles`.'),
  ALLOWED_ORIGINS: z
    .string()
    .refine(areOrigins, 'must be origins like https://studio.example, by commas')
    .default('')
    .describe('Origins of other pages that may connect, separated by commas; the own one always may.'),
};
