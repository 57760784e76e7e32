#!/usr/bin/env node
import { Command } from 'commander';
import { WrongSetting } from '../config.ts';
import { CopyRefused } from '../events/log/copyLog.ts';
import { EventLogUnavailable, EventLogUnopenable } from '../events/log/eventLog.ts';
import { StartRefused } from '../main.ts';
import { logCopy } from './logCopy.ts';
import { serve } from './serve.ts';

const program = new Command('darkroom')
  .description('A chat in which people ask for pictures and watch them being made.')
  .addHelpText('after', '\nSettings come from the environment and from .env; docs/settings.md lists them.')
  .showHelpAfterError();

program
  .command('serve')
  .description('Run the server, the projections and the image workers, until SIGTERM.')
  .option('--only <duties>', 'do a part of it: api, projector, worker, sweep, or some with commas between')
  .addHelpText(
    'after',
    '\nMany processes may do each part, over the same stores:\n  darkroom serve --only api\n  darkroom serve --only projector,sweep\n  darkroom serve --only worker',
  )
  .action(serve);

const log = program.command('log').description('Work on the event log.');
log
  .command('copy')
  .description(
    'Copy an event log into an empty one, and compare them. Interrupted, it goes on when called again.',
  )
  .requiredOption('--from <url>', 'the log that is there: sqlite:./data/events.db, or esdb://…')
  .requiredOption('--to <url>', 'the log to fill')
  .option('--namespace <prefix>', "of the streams' names on a server (EVENT_LOG_NAMESPACE)")
  .addHelpText(
    'after',
    '\nStop the server first: what is written meanwhile may be missing in the copy, and is then reported.\n\nExample:\n  darkroom log copy --from sqlite:./data/events.db --to "esdb://localhost:2113?tls=false"',
  )
  .action(logCopy);

/** Errors whose message is a sentence for whoever typed the command; any other is a mistake of ours. */
const expected = [WrongSetting, StartRefused, CopyRefused, EventLogUnopenable, EventLogUnavailable];

try {
  await program.parseAsync();
} catch (cause) {
  if (!(cause instanceof Error) || !expected.some((kind) => cause instanceof kind)) throw cause;
  process.stderr.write(`${cause.message}\n`);
  process.exit(1);
}
