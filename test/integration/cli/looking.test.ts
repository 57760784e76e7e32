import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import type { ConversationId, JobId } from '../../../src/events/ids.ts';
import { projections } from '../../../src/projections/all.ts';
import { startProjections } from '../../../src/projections/runner.ts';
import { keysUrl, openConfiguredDocuments, openConfiguredLog, openKeyStore } from '../../../src/stores.ts';
import { commandLine } from '../../support/commandLine.ts';
import { ada } from '../../support/happened.ts';
import { adas, openDesks, tellStory } from '../../support/story.ts';

interface ShownJob {
  readonly jobId: string;
  readonly status: string;
}
interface ShownEvent {
  readonly type: string;
  readonly position: string;
  readonly stream: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly erased: readonly string[];
  readonly locked: readonly string[];
}

/** Eight of `tellStory`, of which some wait to be tried again, and one that failed. */
const messages = 9;

describe('looking at jobs and at the log from the command line', () => {
  let folder: string;
  let conversation: ConversationId;
  let events: number;
  const config = () => readConfig({ DATA_DIR: folder });
  const run = (...words: string[]) => commandLine({ DATA_DIR: folder })(...words);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-looking-'));
    const log = await openConfiguredLog(config());
    conversation = await tellStory(log, messages - 1);
    const { commands, desk } = openDesks(log);
    const text = `picture ${messages - 1}`;
    const { messageId, jobId } = await commands.postMessage(adas(), conversation, { text, image: {} });
    await desk.queue(messageId);
    const claim = await desk.claim(jobId as JobId, 'sketch');
    if (claim === null) throw new Error('nobody else should have claimed it');
    await desk.fail(claim, { code: 'engine_rejected', retryable: false, reference: 'r' });
    const documents = await openConfiguredDocuments(config());
    const runner = await startProjections({
      ...{ log, documents, projections },
      onStopped: ({ reason }) => expect(reason).toBeNull(),
      onTrouble: (cause) => expect(cause).toBeNull(),
    });
    await runner.whenProcessed(await log.head(), 60_000);
    await runner.stop();
    events = Number(await log.head());
    await documents.close();
    await log.close();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const listed = async (...words: string[]) => {
    const { stdout, stderr, code } = await run('jobs', 'list', '--json', ...words);
    expect([stderr, code]).toEqual(['', 0]);
    return JSON.parse(stdout) as { readonly items: readonly ShownJob[]; readonly nextCursor: string | null };
  };
  const tailed = async (...words: string[]): Promise<ShownEvent[]> => {
    const { stdout, stderr, code } = await run('log', 'tail', '--json', ...words);
    expect([stderr, code]).toEqual(['', 0]);
    return stdout.split('\n').flatMap((line): ShownEvent[] => (line === '' ? [] : [JSON.parse(line)]));
  };

  it('lists jobs by state, asker and conversation, page by page, none twice and none left out', async () => {
    const { items: all, nextCursor } = await listed();
    expect(nextCursor).toBeNull();
    // The one that was cancelled at number 4 was tried again.
    expect(all).toHaveLength(messages + 1);
    const failed = await listed('--state', 'failed');
    expect(failed.items).toEqual(all.filter(({ status }) => status === 'failed'));
    expect(failed.items).toHaveLength(1);
    expect((await listed('--asker', ada.id, '--conversation', conversation)).items).toEqual(all);

    const paged: ShownJob[] = [];
    let other = '';
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await listed('--limit', '6', ...(cursor === '' ? [] : ['--cursor', cursor]));
      expect(page.items.length).toBeLessThanOrEqual(6);
      paged.push(...page.items);
      cursor = page.nextCursor;
      other = cursor ?? other;
    }
    expect(paged).toEqual(all);
    const first = await run('jobs', 'list', '--limit', '4', '--asker', ada.id);
    expect(first.stdout).toMatch(/There are more: darkroom jobs list --asker ada --limit 4 --cursor \S+/);
    expect(await run('jobs', 'list', '--state', 'failed', '--cursor', other)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/not one of this list/),
    });
    expect(await run('jobs', 'list', '--state', 'lost')).toMatchObject({ code: 2 });
  });

  it('shows a job in words: who asked for what, how it ended, and how to learn why', async () => {
    const { items } = await listed('--state', 'failed');
    const { stdout } = await run('jobs', 'show', `${items[0]?.jobId}`);
    expect(stdout).toMatch(/^Job \S+ failed at .+: /);
    expect(stdout).toMatch(/Ada \(ada\) asked for “picture \d”: 768 × 768, 24 steps, seed 7/);
    expect(stdout).toContain('(code engine_rejected, reference r)');
    expect(stdout).toContain(`darkroom audit explain ${items[0]?.jobId}`);
    const { items: waiting } = await listed('--state', 'queued');
    const waits = (await run('jobs', 'show', `${waiting.at(-1)?.jobId}`)).stdout;
    expect(waits).toMatch(/^Job \S+ waits at place 1, not before /);
    expect(waits).toMatch(/Attempt 1 of 3 was over at \S+: /);
    const { items: done } = await listed('--state', 'completed');
    const shown = JSON.parse((await run('jobs', 'show', `${done[0]?.jobId}`, '--json')).stdout);
    expect(shown).toEqual({ job: done[0] });
    expect((await run('jobs', 'show', `${done[0]?.jobId}`)).stdout).toMatch(
      /Picture (ab)+: 8 × 8, image\/png/,
    );
    const unknown = '0193f6a2-0000-7000-8000-000000000000';
    expect(await run('jobs', 'show', unknown)).toMatchObject({
      code: 1,
      stderr: `There is no job ${unknown}.\n`,
    });
  });

  it('counts the log: events, streams, by type, first and last', async () => {
    const { stdout } = await run('log', 'stats', '--json');
    const stats = JSON.parse(stdout);
    expect(stats).toMatchObject({
      events,
      seals: { count: 0 },
      kinds: { conversation: 1, log: 1, message: messages },
    });
    const types = stats.types as { readonly type: string; readonly events: number }[];
    expect(types.reduce((sum, each) => sum + each.events, 0)).toBe(events);
    expect(types.find(({ type }) => type === 'MessagePosted')?.events).toBe(messages);
    expect(stats.encrypted).toBeGreaterThanOrEqual(messages);
    expect((await run('log', 'stats')).stdout).toMatch(/^MessagePosted +9 /m);
  });

  it('tails the log with filters, decrypted where the key is there, and says where it is not or was destroyed', async () => {
    const all = await tailed('--after', '0');
    expect(all.map(({ position }) => Number(position))).toEqual(all.map((_, index) => index + 1));
    expect((await tailed('--last', '3')).map(({ position }) => position)).toEqual(
      all.slice(-3).map(({ position }) => position),
    );
    const posted = await tailed(
      '--type',
      'MessagePosted',
      '--stream',
      'message-',
      '--conversation',
      conversation,
    );
    expect(posted.map(({ data }) => data.text)).toEqual(
      Array.from({ length: messages }, (_, number) => `picture ${number}`),
    );
    expect(await tailed('--actor', 'nobody')).toEqual([]);

    const elsewhere = { DATA_DIR: folder, KEYS_URL: `file:${join(folder, 'other-keys')}` };
    const locked = await commandLine(elsewhere)('log', 'tail', '--type', 'MessagePosted', '--last', '1');
    expect(locked).toMatchObject({ code: 0, stdout: expect.stringMatching(/\(no key: ada\)/) });
    expect(locked.stdout).not.toContain('picture');

    const keys = await openKeyStore(keysUrl(config()));
    await keys.destroy(ada.id);
    await keys.close();
    const erased = await tailed('--type', 'MessagePosted', '--last', '1');
    expect(erased).toMatchObject([{ data: { text: '' }, erased: ['ada'], locked: [] }]);
  });

  it('follows the log until Ctrl-C', async () => {
    const words = ['dist/src/cli/darkroom.js', 'log', 'tail', '--last', '1', '--follow', '--json'];
    const child = spawn(process.execPath, words, { env: { PATH: process.env.PATH, DATA_DIR: folder } });
    const ended = once(child, 'exit');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<ShownEvent> => JSON.parse((await lines.next()).value);
    await next();
    const log = await openConfiguredLog(config());
    const { commands } = openDesks(log);
    const { conversationId } = await commands.startConversation(adas(), { title: 'later' });
    expect(await next()).toMatchObject({
      stream: `conversation-${conversationId}`,
      data: { title: 'later' },
    });
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    await log.close();
  });
});
