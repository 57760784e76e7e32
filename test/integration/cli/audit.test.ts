import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobId, MessageId } from '../../../src/events/ids.ts';
import { storesName } from '../../support/folderStores.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

const inFiles = storesName === 'SQLite';
const command = ['--import', 'tsx', 'src/cli/darkroom.ts'];

let server: HttpServer;
let story: Awaited<ReturnType<typeof openStory>>;

/** A job that waited behind another, was begun, got stuck, and was cancelled; and its message, edited. */
const openStory = async () => {
  const ada = await server.signIn(['user'], 'Ada');
  const conversation = await ada.startConversation({ title: 'Harbour' });
  const first = await ada.post(conversation, { text: 'a quay', image: {} });
  const second = await ada.post(conversation, { text: '=a boat', image: {} });
  const [before, job] = [first.job?.jobId as JobId, second.job?.jobId as JobId];
  await server.desk.queue(first.message.messageId as MessageId);
  await server.desk.queue(second.message.messageId as MessageId);
  await server.settled();
  const waiting = await server.log.head();
  await server.desk.claim(before, 'sketch');
  const claim = await server.desk.claim(job, 'sketch');
  if (claim === null) throw new Error('it waits');
  await server.desk.progress(claim, { step: 3, steps: 24, stage: 'sky', preview: null });
  await server.desk.giveUp(job, 1, { code: 'stuck', retryable: true, reference: 'r' });
  await ada.call('POST', `/jobs/${job}/cancel`);
  await ada.call('PATCH', `/messages/${second.message.messageId}`, { body: { text: 'a ship' } });
  await server.settled();
  return { ada, conversation, message: second.message.messageId, before, job, waiting };
};

beforeAll(async () => {
  server = await openHttpServer();
  story = await openStory();
});
afterAll(() => server.close());

const environment = () => ({ PATH: process.env.PATH, DATA_DIR: server.folder, NO_COLOR: '1' });

const darkroom = async (...words: readonly string[]) => {
  try {
    return {
      code: 0,
      ...(await promisify(execFile)(process.execPath, [...command, ...words], { env: environment() })),
    };
  } catch (cause) {
    return cause as { code: number; stdout: string; stderr: string };
  }
};

describe.runIf(inFiles)('darkroom audit', () => {
  it('tells people what happened and what it changed, programs the same as JSON, and spreadsheets as a table', async () => {
    const { message, ada } = story;
    const told = await darkroom('audit', '--message', message);
    expect(told.stdout).toMatch(/Ada asked for a picture: “=a boat”/);
    expect(told.stdout).toMatch(/Ada changed the text to “a ship”\n {4}text: “=a boat” → “a ship”/);
    const lines = (await darkroom('audit', '--message', message, '--json')).stdout.trimEnd().split('\n');
    const auditor = await server.signIn(['auditor']);
    const { items } = (await auditor.call('GET', `/audit?message=${message}&limit=200`)).body;
    expect(lines.map((line) => JSON.parse(line))).toEqual(items);
    const table = await darkroom('audit', '--actor', ada.id, '--type', 'MessageEdited', '--csv');
    const rows = table.stdout.split('\r\n');
    expect(rows).toHaveLength(3);
    expect(rows[1]).toContain(`,MessageEdited,${ada.id},Ada,`);
  });

  it('says which option is wrong, and that a job is not there', async () => {
    const wrong = await darkroom('audit', '--from', 'yesterday');
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringContaining('--from must be a time in ISO 8601'),
    ]);
    const missing = '00000003-0000-7000-8000-000000000009';
    const none = await darkroom('audit', 'explain', missing);
    expect([none.code, none.stderr]).toEqual([1, `There is no job ${missing} in this log.\n`]);
  });

  it('explains why a job is as it is, cause by cause', async () => {
    const { stdout } = await darkroom('audit', 'explain', story.job);
    const sentences = stdout.split('\n').map((line) => line.replace(/ {2}\[.*\]$/, ''));
    expect(sentences.slice(0, -2)).toEqual([
      expect.stringMatching(/^Job \S+ is cancelled: This picture was cancelled/),
      'Ada asked for a picture: “=a boat”.',
      '   └─ Image worker put it into the queue.',
      expect.stringMatching(/^ {6}└─ It waited [\d.]+ s: one job went before it\.$/),
      '      └─ Image worker began attempt 1 with the engine sketch.',
      expect.stringMatching(/^ {9}└─ It drew up to step 3 of 24/),
      '         └─ Image worker put it back into the queue after attempt 1: the drawing stopped moving.',
      expect.stringMatching(/^ {12}└─ It waited [\d.]+ s: no jobs went before it\.$/),
      '      └─ Ada cancelled it while it waited.',
    ]);
  });

  it('tells why a job waited', async () => {
    const { stdout } = await darkroom('audit', 'wait', story.job, '--json');
    const { waits } = JSON.parse(stdout);
    expect(
      waits.map(({ before }: { before: { jobId: string; why: string }[] }) =>
        before.map(({ jobId, why }) => [jobId, why]),
      ),
    ).toEqual([[[story.before, 'started']], []]);
  });

  it('follows what happens until it is told to stop', async () => {
    const child: ChildProcess = spawn(
      process.execPath,
      [...command, 'audit', '--follow', '--type', 'ConversationRenamed'],
      {
        env: environment(),
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let told = '';
    const heard = new Promise<void>((resolve) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        told += chunk.toString();
        if (told.includes('Pier 2')) resolve();
      });
    });
    const renamed = (title: string) =>
      story.ada.call('PATCH', `/conversations/${story.conversation}`, { body: { title } });
    await renamed('Pier 1');
    await renamed('Pier 2');
    await heard;
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(130);
    expect(told.match(/called the conversation “Pier \d”/g)).toEqual([
      'called the conversation “Pier 1”',
      'called the conversation “Pier 2”',
    ]);
  });
});

describe.runIf(inFiles)('darkroom show', () => {
  it('shows a message, a job and the queue as they were', async () => {
    const { message, job, before, waiting } = story;
    const at = async (...words: readonly string[]) =>
      JSON.parse((await darkroom('show', ...words, '--as-of', waiting, '--json')).stdout);
    expect((await at('message', message)).message).toMatchObject({ text: '=a boat', image: { place: 2 } });
    expect((await at('job', job)).job).toMatchObject({ status: 'queued', place: 2 });
    expect((await at('queue')).jobs.map(({ jobId }: { jobId: string }) => jobId)).toEqual([before, job]);
    expect((await darkroom('show', 'job', job, '--as-of', 'then')).stderr).toContain('neither a position');
  });
});
