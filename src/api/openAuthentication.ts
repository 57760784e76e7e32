import type { Logger } from 'pino';
import { jwtSettings, type SignInSettings } from '../signInSettings.ts';
import type { Authentication } from './authentication.ts';
import { createJwtAuthentication } from './authenticationJwt.ts';
import { remoteKeys, secretKey } from './authenticationKeys.ts';
import { openLocalAuthentication, type Sessions } from './authenticationLocal.ts';

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
  if (config.AUTH_MODE === 'local') return openLocalAuthentication({ folder, now });
  const settings = jwtSettings(config);
  // Reading the settings has refused them by then.
  if ('setting' in settings) throw new Error(`${settings.setting} ${settings.message}`);
  const { keys, ...trust } = settings;
  const keyOf = 'secret' in keys ? secretKey(keys.secret) : remoteKeys(keys.url, logger);
  return { authentication: createJwtAuthentication({ ...trust, keyOf, now }), sessions: null };
};
