import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { type CopyProgress, CopyRefused, copyLog } from '../events/log/copyLog.ts';
import { encryptedEventLog } from '../events/log/encryption/encryptedEventLog.ts';
import { createKeyRing } from '../events/log/encryption/keyRing.ts';
import { type EventLog, EventLogUnavailable } from '../events/log/eventLog.ts';
import { openEventLog } from '../events/log/openEventLog.ts';
import { keysUrl, openKeyStore } from '../stores.ts';
import { answering } from './command.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { howMany } from './howMany.ts';
import type { Output } from './output.ts';
import { readSettings } from './settings.ts';

interface LogCopyOptions {
  readonly from: string;
  readonly to: string;
  readonly namespace?: string;
  readonly encrypt?: boolean;
}

export const sayCopyProgress = (progress: CopyProgress): string => {
  switch (progress.kind) {
    case 'found':
      return progress.events === 0
        ? 'The target is empty.'
        : `${progress.events} events are there already, as they should be; going on after them.`;
    case 'copied':
      return `${howMany(progress.events, 'event')} copied.`;
    case 'verified':
      return `Verified: both logs hold the same ${howMany(progress.events, 'event')} (SHA-256 ${progress.hash}).`;
  }
};

/** A log that is away for a while: how often the copy is taken up again by itself, and how long it waits. */
const tries = 10;
const pauseMs = 3_000;

const copyPatiently = async (source: EventLog, target: EventLog, output: Output): Promise<void> => {
  for (let left = tries - 1; ; left -= 1)
    try {
      for await (const progress of copyLog(source, target)) output.item(progress, sayCopyProgress(progress));
      return;
    } catch (cause) {
      if (!(cause instanceof EventLogUnavailable) || left === 0) throw cause;
      output.line(`${cause.message} Trying again in ${pauseMs / 1000} s.`);
      await delay(pauseMs);
    }
};

/** With the keys of the settings, one set for both logs: what isn't encrypted in the source is in the target. */
const withKeys = async (log: EventLog): Promise<EventLog> => {
  const url = keysUrl(readSettings());
  if (url === 'none') throw new CopyRefused('KEYS_URL is none; name a key store to encrypt with.');
  return encryptedEventLog(
    log,
    createKeyRing(await openKeyStore(url), () => performance.now()),
  );
};

/** Says on standard output how far it is. @throws CopyRefused and the logs' errors */
const logCopy = async (
  { from, to, namespace, encrypt = false }: LogCopyOptions,
  output: Output,
): Promise<ExitCode> => {
  const file = /^sqlite:(.*)$/.exec(from)?.[1];
  if (file !== undefined && !existsSync(file))
    throw new CopyRefused(`There is no event log ${file}; name the file of the log that is to be copied.`);
  const options = namespace === undefined ? {} : { namespace };
  const open = async (url: string): Promise<EventLog> => {
    const log = await openEventLog(url, options);
    return encrypt ? withKeys(log) : log;
  };
  const source = await open(from);
  try {
    const target = await open(to);
    try {
      await copyPatiently(source, target, output);
      output.line(
        `The new log is ${target.logId}. Set EVENT_LOG_URL to it and take an empty document store: documents are projected anew, and clients start from a snapshot.`,
      );
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
  return exitCode.done;
};

export const addLogCopy = (parent: Command): void => {
  answering<LogCopyOptions>(
    parent
      .command('copy')
      .description(
        'Copy an event log into an empty one, and compare them. Interrupted, it goes on when called again. Stop the server first: what is written meanwhile may be missing in the copy, and is then reported.',
      )
      .requiredOption('--from <url>', 'the log that is there: sqlite:./data/events.db, or esdb://…')
      .requiredOption('--to <url>', 'the log to fill')
      .option('--namespace <prefix>', "of the streams' names on a server (EVENT_LOG_NAMESPACE)")
      .option('--encrypt', 'encrypt what is not yet, with the keys of KEYS_URL'),
    [
      'darkroom log copy --from sqlite:./data/events.db --to "esdb://localhost:2113?tls=false"',
      'darkroom log copy --encrypt --from sqlite:./data/events.db --to sqlite:./data/encrypted.db',
    ],
    ({ options, output }) => logCopy(options, output),
  );
};
