import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type CopyProgress, CopyRefused, copyLog } from '../events/log/copyLog.ts';
import { type EventLog, EventLogUnavailable } from '../events/log/eventLog.ts';
import { openEventLog } from '../events/log/openEventLog.ts';

export interface LogCopyOptions {
  readonly from: string;
  readonly to: string;
  readonly namespace?: string;
}

const say = (progress: CopyProgress): string => {
  switch (progress.kind) {
    case 'found':
      return progress.events === 0
        ? 'The target is empty.'
        : `${progress.events} events are there already, as they should be; going on after them.`;
    case 'copied':
      return `${progress.events} events copied.`;
    case 'verified':
      return `Verified: both logs hold the same ${progress.events} events (SHA-256 ${progress.hash}).`;
  }
};

/** A log that is away for a while: how often the copy is taken up again by itself, and how long it waits. */
const tries = 10;
const pauseMs = 3_000;

const copyPatiently = async (
  source: EventLog,
  target: EventLog,
  tell: (line: string) => void,
): Promise<void> => {
  for (let left = tries - 1; ; left -= 1)
    try {
      for await (const progress of copyLog(source, target)) tell(say(progress));
      return;
    } catch (cause) {
      if (!(cause instanceof EventLogUnavailable) || left === 0) throw cause;
      tell(`${cause.message} Trying again in ${pauseMs / 1000} s.`);
      await delay(pauseMs);
    }
};

/** `darkroom log copy`: says on standard output how far it is. @throws CopyRefused and the logs' errors */
export const logCopy = async ({ from, to, namespace }: LogCopyOptions): Promise<void> => {
  const file = /^sqlite:(.*)$/.exec(from)?.[1];
  if (file !== undefined && !existsSync(file))
    throw new CopyRefused(`There is no event log ${file}; name the file of the log that is to be copied.`);
  const options = namespace === undefined ? {} : { namespace };
  const source = await openEventLog(from, options);
  try {
    const target = await openEventLog(to, options);
    try {
      await copyPatiently(source, target, (line) => process.stdout.write(`${line}\n`));
      process.stdout.write(
        `The new log is ${target.logId}. Set EVENT_LOG_URL to it and take an empty document store: documents are projected anew, and clients start from a snapshot.\n`,
      );
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
};
