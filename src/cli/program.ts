import { Command } from 'commander';
import { addAuditExplain, addAuditWait } from './auditJob.ts';
import { addAuditSearch } from './auditSearch.ts';
import { addBackup } from './backup.ts';
import type { Register } from './command.ts';
import { addCompletion } from './completion.ts';
import { addDoctor } from './doctor.ts';
import { addErase } from './erase.ts';
import { addJobsList, addJobsShow } from './jobs.ts';
import { addLogCopy } from './logCopy.ts';
import { addLogExport } from './logExport.ts';
import { addLogImport } from './logImport.ts';
import { addLogRenewIdentity } from './logRenewIdentity.ts';
import { addLogSeals } from './logSeals.ts';
import { addLogStats } from './logStats.ts';
import { addLogTail } from './logTail.ts';
import { addLogVerify } from './logVerify.ts';
import { addProjectionsActivate, addProjectionsDrop, addProjectionsSkip } from './projectionsKeep.ts';
import { addProjectionsRebuild } from './projectionsRebuild.ts';
import { addProjectionsList, addProjectionsStatus } from './projectionsStatus.ts';
import { addQueuePause, addQueueResume } from './queue.ts';
import { addRestore } from './restore.ts';
import { addServe } from './serve.ts';
import { addShow } from './show.ts';
import { addSmoke } from './smoke.ts';

/** Commands that share their first word. Each entry adds one of them, from a file of its own. */
const group =
  (name: string, description: string, members: readonly Register[]): Register =>
  (parent) => {
    const command = parent.command(name).description(description);
    for (const add of members) add(command);
  };

const commands: readonly Register[] = [
  addServe,
  group('log', 'Work on the event log.', [
    addLogStats,
    addLogTail,
    addLogCopy,
    addLogExport,
    addLogImport,
    addLogSeals,
    addLogVerify,
    addLogRenewIdentity,
  ]),
  group('projections', 'See, rebuild and switch the documents that are projected from the log.', [
    addProjectionsList,
    addProjectionsStatus,
    addProjectionsRebuild,
    addProjectionsActivate,
    addProjectionsDrop,
    addProjectionsSkip,
  ]),
  group('jobs', 'See the pictures that were asked for.', [addJobsList, addJobsShow]),
  group('queue', 'Pause the queue of pictures, and go on with it.', [addQueuePause, addQueueResume]),
  group('audit', 'Tell what happened, who did it, why, and what it changed.', [
    addAuditSearch,
    addAuditExplain,
    addAuditWait,
  ]),
  addShow,
  addSmoke,
  addDoctor,
  addCompletion,
  addErase,
  addBackup,
  addRestore,
];

/**
 * The whole tree of commands: as it is run, and as the completion of shells reads it. What was typed wrong,
 * and that help was shown, is thrown as commander's own error.
 */
export const createProgram = (): Command => {
  const program = new Command('darkroom')
    .description('A chat in which people ask for pictures and watch them being made.')
    .addHelpText(
      'after',
      '\nSettings come from the environment and from .env; docs/settings.md lists them, docs/cli.md the commands.',
    )
    .showHelpAfterError('Try the same with --help.')
    .exitOverride();
  for (const add of commands) add(program);
  return program;
};
