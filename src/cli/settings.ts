import { existsSync } from 'node:fs';
import { type Config, readConfig } from '../config.ts';
import { Refused } from './refused.ts';

const readEnvironmentFile = (): void => {
  if (!existsSync('.env')) return;
  try {
    process.loadEnvFile('.env');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Refused(`The settings in .env can not be read (${why}); mend or remove that file.`, { cause });
  }
};

/** From the environment, and from .env what that leaves open. @throws WrongSetting, Refused */
export const readSettings = (): Config => {
  readEnvironmentFile();
  return readConfig(process.env);
};
