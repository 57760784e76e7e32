import type { Logger } from 'pino';
import { jwtSettings, type SignInSettings } from '../settings/signIn.ts';
import type { Authentication } from './authentication.ts';
import { createJwtAuthentication } from './authenticationJwt.ts';
import { remoteKeys, secretKey } from './authenticationKeys.ts';
import { openLocalAuthentication, type Sessions } from './authenticationLocal.ts';
import { rememberTokens } from './authenticationRemembered.ts';

interface AuthenticationParts {
  /** Where local mode keeps its secret. */
  readonly folder: string;
  readonly now: () => Date;
  readonly logger: Logger;
}

/** How people sign in, as the settings say; sessions are null where a name isn't enough. @throws UnusableSecret */
export const openAuthentication = async (
  config: SignInSettings,
  { folder, now, logger }: AuthenticationParts,
): Promise<{ readonly authentication: Authentication; readonly sessions: Sessions | null }> => {
  if (config.AUTH_MODE === 'local') {
    const { authentication, sessions } = await openLocalAuthentication({ folder, now });
    return { authentication: rememberTokens(authentication, now), sessions };
  }
  const settings = jwtSettings(config);
  // Reading the settings has refused them by then.
  if ('setting' in settings) throw new Error(`${settings.setting} ${settings.message}`);
  const { keys, ...trust } = settings;
  const isFixed = 'secret' in keys;
  const keyOf = isFixed ? secretKey(keys.secret) : remoteKeys(keys.url, logger);
  const authentication = createJwtAuthentication({ ...trust, keyOf, now });
  return { authentication: isFixed ? rememberTokens(authentication, now) : authentication, sessions: null };
};
