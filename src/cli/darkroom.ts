#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { pino } from 'pino';
import { readConfig, WrongSetting } from '../config.ts';
import { StartRefused, startDarkroom } from '../main.ts';

const usage = `Usage: darkroom serve

  serve   runs the server, the projections and the image workers in one process.

Settings come from the environment and from .env; docs/settings.md lists them.`;

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

const serve = async (): Promise<void> => {
  readEnvironmentFile();
  const config = readConfig(process.env);
  const logger = pino({ level: config.LOG_LEVEL, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const darkroom = await startDarkroom(config, logger);
  process.stdout.write(`Darkroom is ready at ${darkroom.url}\n`);
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
};

const [command = '', ...rest] = process.argv.slice(2);
if (command !== 'serve' || rest.length > 0) {
  process.stderr.write(`${usage}\n`);
  process.exit(command === '--help' || command === 'help' ? 0 : 1);
}
try {
  await serve();
} catch (cause) {
  if (!(cause instanceof WrongSetting) && !(cause instanceof StartRefused)) throw cause;
  process.stderr.write(`${cause.message}\n`);
  process.exit(1);
}
