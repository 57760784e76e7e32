import { z } from 'zod';
import { accessSettings } from './settings/accessSettings.ts';
import { engineSettings } from './settings/engineSettings.ts';
import { jobSettings } from './settings/jobSettings.ts';
import { limitSettings } from './settings/limitSettings.ts';
import { serverSettings } from './settings/serverSettings.ts';
import { signalSettings } from './settings/signalSettings.ts';
import { signInProblems } from './settings/signIn.ts';
import { loopback } from './settings/values.ts';

export type { EngineName } from './settings/engineSettings.ts';

/** Settings whose value is never shown. */
const secrets: ReadonlySet<string> = new Set(['AUTH_JWT_SECRET', 'OPENAI_API_KEY', 'BFL_API_KEY']);

/** As it may be shown: a URL without the user name and password in it. */
export const shown = (value: string): string => value.replace(/\/\/.*@/, '//…@');

/** Every setting, with its default. docs/settings.md lists them from here. */
export const settings = z
  .object({
    ...serverSettings,
    ...accessSettings,
    ...engineSettings,
    ...jobSettings,
    ...limitSettings,
    ...signalSettings,
  })
  .superRefine((value, context) => {
    if (value.AUTH_MODE === 'local' && !loopback.has(value.HOST))
      context.addIssue({
        code: 'custom',
        path: ['HOST'],
        message: `must be a loopback address (127.0.0.1) while AUTH_MODE is local, for there a name is enough to sign in; it is "${value.HOST}"`,
      });
    if (value.ENGINES.includes('bfl') && value.BFL_API_KEY === undefined)
      context.addIssue({
        code: 'custom',
        path: ['BFL_API_KEY'],
        message: 'must be set, for ENGINES names bfl',
      });
    for (const { setting, message } of signInProblems(value))
      context.addIssue({ code: 'custom', path: [setting], message });
  });

export type Config = z.infer<typeof settings>;

/** A setting is wrong. `message` is one sentence that names it. */
export class WrongSetting extends Error {
  readonly code = 'wrong_setting';
}

/** @throws WrongSetting */
export const readConfig = (environment: Readonly<Record<string, string | undefined>>): Config => {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => name in settings.shape && value !== ''),
  );
  const result = settings.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => {
    const name = path.join('.');
    const value = secrets.has(name) ? undefined : given[name];
    return `${name} ${message}${value === undefined || message.includes(value) ? '' : ` (it is "${shown(value)}")`}`;
  });
  throw new WrongSetting(`Wrong setting: ${problems.join('; ')}.`);
};
