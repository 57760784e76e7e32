import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tellStory } from '../support/story.ts';
import { dumpDocuments } from '../support/temporaryDocuments.ts';
import { makeTemporaryFolder, openTemporaryLog, type TemporaryLog } from '../support/temporaryLog.ts';

describe('projecting in a process that is killed', () => {
  let log: TemporaryLog;
  let folder: Awaited<ReturnType<typeof makeTemporaryFolder>>;
  beforeEach(async () => {
    log = await openTemporaryLog();
    folder = await makeTemporaryFolder();
  });
  afterEach(async () => {
    await log.cleanup();
    await folder.remove();
  });

  /** Runs to the head of the log, or until it kills itself. */
  const project = async (file: string, killedAt?: number) => {
    const words = [log.file, file, ...(killedAt === undefined ? [] : [String(killedAt)])];
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'test/support/projectingProcess.ts', ...words],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [output, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    return { writes: Number(output), code, signal };
  };

  it('leaves the documents of a run without a kill, though it was killed at one write after the other', async () => {
    await tellStory(log.log, 60);
    const whole = join(folder.folder, 'whole.db');
    const { code, writes } = await project(whole);
    expect(code).toBe(0);
    expect(writes).toBeGreaterThan(1);
    const killed = join(folder.folder, 'killed.db');
    // What was sent to the disk at a kill is there or not; so how often it takes a kill is open.
    const signals: unknown[] = [];
    for (const killedAt of [1, 2, 1]) signals.push((await project(killed, killedAt)).signal);
    expect(signals[0]).toBe('SIGKILL');
    expect((await project(killed)).code).toBe(0);
    expect(dumpDocuments(killed)).toEqual(dumpDocuments(whole));
  });
});
