import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Finding } from '../../../src/cli/doctor/finding.ts';
import { commandLine } from '../../support/commandLine.ts';
import { httpCaller } from '../../support/httpCalls.ts';
import { startServer } from '../../support/serverProcess.ts';
import { productionStores } from '../../support/stores.ts';

describe('darkroom doctor', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-doctor-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const examined = async (settings: Readonly<Record<string, string>>) => {
    const { stdout, stderr, code } = await commandLine({
      DATA_DIR: folder,
      SEAL_MS: '86400000',
      ...settings,
    })('doctor', '--json');
    const { findings } = JSON.parse(stdout || `{"findings":[],"stderr":${JSON.stringify(stderr)}}`) as {
      readonly findings: readonly Finding[];
    };
    const amiss = findings.filter(({ state, check }) => state !== 'ok' && check !== 'disk');
    return { code, checks: new Set(findings.map(({ check }) => check)), amiss };
  };
  const everything = ['settings', 'versions', 'event log', 'seals', 'keys', 'documents', 'queue', 'clock'];

  it('finds all well while the server runs and when it does not, and else says what is amiss and what to do', async () => {
    const settings = { DATA_DIR: folder };
    const server = await startServer(settings);
    const ada = await httpCaller(server.url).signIn(['user', 'operator'], 'Ada');
    await ada.post(await ada.startConversation(), { text: 'hello' });
    // Until what was written is projected.
    await vi.waitFor(async () => expect((await examined({})).amiss).toEqual([]), { timeout: 30_000 });
    const well = await examined({});
    expect([...well.checks]).toEqual(expect.arrayContaining([...everything, 'pictures', 'disk']));

    await ada.call('POST', '/queue/pause');
    const paused = await examined({});
    expect(paused).toMatchObject({
      code: 3,
      amiss: [{ check: 'queue', whatToDo: expect.stringContaining('queue resume') }],
    });
    expect(await server.stop()).toBe(0);
    await commandLine(settings)('queue', 'resume');
    expect((await examined({})).amiss).toEqual([]);

    await rm(join(folder, 'keys'), { recursive: true });
    expect((await examined({})).amiss).toMatchObject([
      { check: 'keys', state: 'broken', whatToDo: expect.stringContaining('KEYS_URL') },
    ]);
    expect((await examined({ KEYS_URL: 'none' })).amiss).toMatchObject([
      { check: 'keys', state: 'attention' },
    ]);
    await writeFile(join(folder, 'documents.db'), 'no database');
    expect((await examined({ KEYS_URL: 'none' })).amiss).toMatchObject([
      { check: 'keys' },
      { check: 'documents', state: 'broken', found: expect.stringContaining('no SQLite database') },
    ]);
  });

  it('says before the first start that there is nothing yet, and of a wrong setting which and why', async () => {
    const { code, amiss } = await examined({});
    expect(code).toBe(3);
    expect(amiss.map(({ check, state }) => `${check} ${state}`)).toEqual([
      ...['event log attention', 'documents attention', 'pictures attention'],
    ]);
    const wrong = await examined({ PORT: 'many' });
    expect(wrong).toMatchObject({
      code: 3,
      amiss: [{ check: 'settings', state: 'broken', found: expect.stringContaining('PORT') }],
    });
  });

  it('names the production stores that do not answer, without their passwords', async () => {
    const { code, amiss } = await examined({
      EVENT_LOG_URL: 'esdb://user:secret@127.0.0.1:1?tls=false',
      DOCUMENTS_URL: 'mongodb://user:secret@127.0.0.1:1/darkroom',
    });
    expect(code).toBe(3);
    expect(amiss.map(({ check, state }) => `${check} ${state}`)).toEqual([
      ...['event log broken', 'documents broken', 'pictures attention'],
    ]);
    expect(JSON.stringify(amiss)).not.toContain('secret');
  });

  it.skipIf(productionStores.missing !== null)(`finds ${productionStores.name} well`, async () => {
    const stores = await productionStores.start();
    try {
      const { amiss } = await examined({ ...stores.fresh() });
      expect(amiss.filter(({ check }) => check !== 'pictures')).toEqual([]);
    } finally {
      await stores.stop();
    }
  });
});
