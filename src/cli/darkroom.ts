#!/usr/bin/env node
import { CommanderError } from 'commander';
import { StartRefused } from '../assembly/refused.ts';
import { DomainError } from '../commands/errors.ts';
import { WrongSetting } from '../config.ts';
import { CopyRefused } from '../events/log/copyLog.ts';
import { KeyMissing } from '../events/log/encryption/keyRing.ts';
import { KeyStoreUnavailable } from '../events/log/encryption/keyStore.ts';
import { EventLogUnavailable, EventLogUnopenable } from '../events/log/eventLog.ts';
import { DocumentStoreUnavailable, DocumentStoreUnopenable } from '../projections/documents/documentStore.ts';
import { BuildLost, BuildUnderWay, KeptOfAnotherLog } from '../projections/rebuild.ts';
import { UnopenableFile } from '../sqlite/openDatabase.ts';
import { exitCode } from './exitCode.ts';
import { createProgram } from './program.ts';
import { Refused } from './refused.ts';

/** Errors whose message is a sentence for whoever typed the command; any other is a mistake of ours. */
const expected = [
  Refused,
  WrongSetting,
  StartRefused,
  CopyRefused,
  DomainError,
  EventLogUnopenable,
  EventLogUnavailable,
  KeyMissing,
  KeyStoreUnavailable,
  DocumentStoreUnopenable,
  DocumentStoreUnavailable,
  UnopenableFile,
  BuildUnderWay,
  BuildLost,
  KeptOfAnotherLog,
];

const say = (cause: Error): string => {
  if (!process.argv.includes('--json')) return cause.message;
  const code = 'code' in cause ? cause.code : 'refused';
  return JSON.stringify({ error: { code, message: cause.message } });
};

// Who reads us has seen enough: `darkroom … | head`.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code !== 'EPIPE') throw cause;
  process.exit(exitCode.done);
});

try {
  await createProgram().parseAsync();
} catch (cause) {
  // Commander has said what was wrong, or shown the help that was asked for.
  if (cause instanceof CommanderError) process.exit(cause.exitCode === 0 ? exitCode.done : exitCode.usage);
  if (!(cause instanceof Error) || !expected.some((kind) => cause instanceof kind)) throw cause;
  process.stderr.write(`${say(cause)}\n`);
  process.exit(exitCode.failed);
}
