import { existsSync } from 'node:fs';
import { pino } from 'pino';
import { readConfig, WrongSetting } from '../config.ts';
import { type Duty, duties, StartRefused, startDarkroom } from '../main.ts';

/** How long a stop may take before the process ends all the same, in milliseconds. */
const longestStop = 10_000;

const readEnvironmentFile = (): void => {
  if (!existsSync('.env')) return;
  try {
    process.loadEnvFile('.env');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StartRefused(`The settings in .env can not be read (${why}); mend or remove that file.`, {
      cause,
    });
  }
};

const isDuty = (word: string): word is Duty => (duties as readonly string[]).includes(word);

/** What the process is to do; all of it where nothing is said. @throws WrongSetting */
const readDuties = (only: string | undefined): ReadonlySet<Duty> => {
  if (only === undefined) return new Set(duties);
  const words = only.split(',').map((word) => word.trim());
  const unknown = words.filter((word) => !isDuty(word));
  if (unknown.length > 0)
    throw new WrongSetting(
      `--only takes ${duties.join(', ')}, one or more of them with commas between; not "${unknown.join(',')}".`,
    );
  return new Set(words.filter(isDuty));
};

/** Runs until SIGINT or SIGTERM. @throws WrongSetting, StartRefused */
export const serve = async ({ only }: { readonly only?: string }): Promise<void> => {
  const does = readDuties(only);
  readEnvironmentFile();
  const config = readConfig(process.env);
  const logger = pino({ level: config.LOG_LEVEL, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const darkroom = await startDarkroom(config, logger, does);
  const stop = (signal: NodeJS.Signals): void => {
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.error('stopping took too long; ending');
      process.exit(1);
    }, longestStop).unref();
    darkroom.stop().then(
      () => process.exit(0),
      (cause: unknown) => {
        logger.error({ err: cause }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // Last, for who reads it may ask this process to stop at once.
  process.stdout.write(`Darkroom is ready at ${darkroom.url}\n`);
};
