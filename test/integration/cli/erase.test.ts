import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { projections } from '../../../src/projections/all.ts';
import { generationName, readStandings, standingIn } from '../../../src/projections/generations.ts';
import { checkpointName } from '../../../src/projections/projection.ts';
import { startProjections } from '../../../src/projections/runner.ts';
import { openConfiguredDocuments, openConfiguredLog } from '../../../src/stores.ts';
import { httpCaller, type Person } from '../../support/httpCalls.ts';
import { type ServerProcess, startServer } from '../../support/serverProcess.ts';
import { dumpSqlite, openTemporaryDocuments } from '../../support/temporaryDocuments.ts';
import { makeTemporaryFolder } from '../../support/temporaryLog.ts';

const names = projections.map(checkpointName);

describe('erasing a person', () => {
  let folder: Awaited<ReturnType<typeof makeTemporaryFolder>>;
  let server: ServerProcess;
  const settings = () => ({ DATA_DIR: folder.folder, SEAL_MS: '200', SKETCH_STEP_MS: '1' });
  const run = async (...words: string[]) => {
    const command = ['dist/src/cli/darkroom.js', ...words];
    try {
      const { stdout } = await promisify(execFile)(process.execPath, command, {
        env: { ...process.env, ...settings() },
      });
      return { stdout, stderr: '', code: 0 };
    } catch (cause) {
      return cause as { stdout: string; stderr: string; code: number };
    }
  };
  beforeEach(async () => {
    folder = await makeTemporaryFolder();
    server = await startServer(settings());
  });
  afterEach(async () => {
    await server.kill();
    await folder.remove();
  });

  const jobOf = async (person: Person, jobId: string | undefined) =>
    (await person.call('GET', `/jobs/${jobId}`)).body.job as {
      readonly status: string;
      readonly images: readonly { readonly imageId: string; readonly url: string }[];
    };
  const draw = async (person: Person, conversation: string, body: object) => {
    const { message, job } = await person.post(conversation, body);
    await vi.waitFor(
      async () => expect(await jobOf(person, job?.jobId)).toMatchObject({ status: 'completed' }),
      { timeout: 60_000, interval: 100 },
    );
    return { messageId: message.messageId, images: (await jobOf(person, job?.jobId)).images };
  };

  /** The documents that are read, and those that another store has after projecting this log alone. */
  const documentsAndRebuilt = async () => {
    const config = readConfig(settings());
    const [log, documents] = [await openConfiguredLog(config), await openConfiguredDocuments(config)];
    const standings = await readStandings(documents);
    await documents.close();
    const fresh = await openTemporaryDocuments();
    const runner = await startProjections({
      ...{
        log,
        documents: fresh.documents,
        projections,
        onStopped: ({ reason }) => expect(reason).toBeNull(),
      },
      onTrouble: (cause) => expect(cause).toBeNull(),
    });
    await runner.whenProcessed(await log.head(), 60_000);
    await runner.stop();
    await log.close();
    const file = join(folder.folder, 'documents.db');
    const live = Object.fromEntries(
      names.map((name) => {
        const at = generationName(name, standingIn(standings, name).live);
        return [name, dumpSqlite(file, [at])[`${at}`]];
      }),
    );
    const { checkpoints: _, ...rebuilt } = dumpSqlite(fresh.file, names);
    await fresh.cleanup();
    return { live, rebuilt };
  };

  it('while the server runs leaves nothing of what they wrote, in the log, the documents or the pictures, and all that others wrote', async () => {
    const caller = httpCaller(server.url);
    const ada = await caller.signIn(['user'], 'Ada Lovelace');
    const ben = await caller.signIn(['user'], 'Ben Franklin');
    const conversation = await ada.startConversation({ title: 'Adas Hafen', participants: [ben.id] });
    const image = { width: 64, height: 64, steps: 2, seed: 1 };
    const hers = await draw(ada, conversation, {
      text: 'verschwiegen',
      metadata: { mood: 'melancholisch' },
      image,
    });
    const both = { ...image, prompt: 'a boat' };
    const alike = await draw(ada, conversation, { text: 'auch verschwiegen', image: both });
    const his = await draw(ben, conversation, { text: 'ich bleibe', image: both });
    expect(his.images[0]?.imageId).toBe(alike.images[0]?.imageId);
    await ben.call('PATCH', `/messages/${hers.messageId}/metadata`, {
      headers: { 'Content-Type': 'application/merge-patch+json' },
      raw: JSON.stringify({ stars: 5, note: 'meine Notiz' }),
    });
    const keyed = { headers: { 'Idempotency-Key': 'once' }, body: { text: 'noch verschwiegener' } };
    await ada.call('POST', `/conversations/${conversation}/messages`, keyed);
    const published = join(folder.folder, 'seals.ndjson');
    await vi.waitFor(async () => expect((await run('log', 'seals', '--json')).stdout).not.toBe(''), {
      timeout: 30_000,
    });
    await promisify(execFile)('sh', [
      '-c',
      `DATA_DIR=${folder.folder} ${process.execPath} dist/src/cli/darkroom.js log seals --json > ${published}`,
    ]);

    expect(await run('erase', 'nobody', '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/holds nothing of "nobody"/),
    });
    expect((await run('erase', ada.id)).stdout).toMatch(/Nothing was erased/);
    expect((await ben.call('GET', `/messages/${hers.messageId}`)).body.message).toMatchObject({
      text: 'verschwiegen',
    });

    const erased = await run('erase', ada.id, '--yes', '--json');
    expect(erased.stderr).toBe('');
    expect(JSON.parse(erased.stdout)).toMatchObject({ person: ada.id, erased: true });

    const shown = async (messageId: string) => (await ben.call('GET', `/messages/${messageId}`)).body.message;
    await vi.waitFor(async () => expect(await shown(hers.messageId)).toMatchObject({ text: '' }), {
      timeout: 10_000,
    });
    expect(await shown(hers.messageId)).toMatchObject({
      author: { id: ada.id, name: 'erased' },
      metadata: { stars: 5, note: 'meine Notiz' },
      image: { request: { prompt: 'erased' } },
    });
    expect(await shown(his.messageId)).toMatchObject({
      author: { name: 'Ben Franklin' },
      text: 'ich bleibe',
    });
    const picture = async (url: string | undefined) =>
      (await ben.call('GET', `${url}`.replace('/api/v1', ''))).status;
    expect(await picture(hers.images[0]?.url)).toBe(404);
    expect(await picture(his.images[0]?.url)).toBe(200);
    expect(await run('log', 'verify', '--seals', published)).toMatchObject({ code: 0 });

    expect(await server.stop()).toBe(0);
    const { live, rebuilt } = await documentsAndRebuilt();
    expect(live).toEqual(rebuilt);
    for (const file of readdirSync(folder.folder).filter((name) => /\.db/.test(name))) {
      const bytes = readFileSync(join(folder.folder, file));
      for (const word of ['verschwiegen', 'Ada Lovelace', 'melancholisch', 'Adas Hafen'])
        expect([file, word, bytes.includes(word)]).toEqual([file, word, false]);
    }
    expect(readFileSync(join(folder.folder, 'documents.db')).includes('ich bleibe')).toBe(true);
  });
});
