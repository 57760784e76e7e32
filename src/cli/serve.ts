import type { Command } from 'commander';
import type { Logger } from 'pino';
import { createLogger } from '../assembly/createLogger.ts';
import { type Duty, duties } from '../assembly/duties.ts';
import { WrongSetting } from '../config.ts';
import { startDarkroom } from '../main.ts';
import { withExamples } from './command.ts';
import { readSettings } from './settings.ts';

/** How long a stop may take, pictures apart, before the process ends all the same, in milliseconds. */
const longestStop = 10_000;

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

/**
 * What got past everything that handles errors is logged, and the process goes on: what it holds in memory can be
 * made anew from the log at any moment, and all who are served by it would pay for one broken listener.
 */
const surviveErrors = (logger: Logger): void => {
  process.on('uncaughtException', (error, origin) => {
    logger.fatal({ err: error, origin }, 'an error was not handled; the process goes on');
  });
};

/** Runs until SIGINT or SIGTERM. @throws WrongSetting, Refused, StartRefused */
const serve = async ({ only }: { readonly only?: string }): Promise<void> => {
  const does = readDuties(only);
  const config = readSettings();
  const logger = createLogger(config);
  const asked = new AbortController();
  const starting = startDarkroom(config, logger, does, asked.signal);
  const stop = (signal: NodeJS.Signals): void => {
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.error('stopping took too long; ending');
      process.exit(1);
    }, config.DRAIN_MS + longestStop).unref();
    asked.abort();
    starting
      // What could not be started has closed what it had opened.
      .then(
        (darkroom) => darkroom.stop(),
        () => undefined,
      )
      .then(
        () => process.exit(0),
        (cause: unknown) => {
          logger.error({ err: cause }, 'stopping failed');
          process.exit(1);
        },
      );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const { url } = await starting;
    surviveErrors(logger);
    // Last, for who reads it may ask this process to stop at once.
    process.stdout.write(`Darkroom is ready at ${url}\n`);
  } catch (cause) {
    if (!asked.signal.aborted) throw cause;
  }
};

export const addServe = (parent: Command): void => {
  withExamples(
    parent
      .command('serve')
      .description(
        'Run the server, the projections and the image workers, until SIGTERM. Many processes may do each part, over the same stores.',
      )
      .option(
        '--only <duties>',
        'do a part of it: api, projector, worker, sweep, or some with commas between',
      )
      .action(serve),
    ['darkroom serve', 'darkroom serve --only api', 'darkroom serve --only projector,sweep'],
  );
};
