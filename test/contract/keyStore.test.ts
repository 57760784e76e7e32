import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openFolderKeyStore } from '../../src/events/log/encryption/folderKeyStore.ts';
import { KeyStoreUnavailable } from '../../src/events/log/encryption/keyStore.ts';
import { DocumentStoreUnavailable } from '../../src/projections/documents/documentStore.ts';
import { openMongodbDocumentStore } from '../../src/projections/documents/mongodb/mongodbDocumentStore.ts';
import { recordKeyStore } from '../../src/projections/documents/recordKeyStore.ts';
import { openKeyStore } from '../../src/stores.ts';
import { openTemporaryMongodb } from '../support/mongodb/temporaryMongodb.ts';
import { type TestServer, testServer } from '../support/mongodb/testServer.ts';
import { keyStoreContract } from './keyStore.contract.ts';

const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'darkroom-keys-'));

keyStoreContract('a folder', async () => {
  const folder = await temporaryFolder();
  return {
    keys: await openFolderKeyStore(folder),
    openSecond: () => openFolderKeyStore(folder),
    cleanup: () => rm(folder, { recursive: true, force: true }),
  };
});

describe('the keys in a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const filesIn = async (): Promise<string[]> => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  };

  it('can be read by their owner alone, and name nobody', async () => {
    const keys = await openFolderKeyStore(folder);
    await keys.obtain('ada');
    const [file = ''] = await filesIn();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(file).not.toContain('ada');
  });

  it('leave no byte of a key that was destroyed', async () => {
    const keys = await openFolderKeyStore(folder);
    const { secret } = await keys.obtain('ada');
    await keys.destroy('ada');
    const contents = await Promise.all((await filesIn()).map((file) => readFile(file)));
    expect(contents.map(({ length }) => length)).toEqual([0]);
    expect(contents.some((content) => content.includes(Buffer.from(secret)))).toBe(false);
  });

  it('count as destroyed, and are removed the next time, where the process died after the mark was made', async () => {
    const keys = await openFolderKeyStore(folder);
    await keys.obtain('ada');
    const [file = ''] = await filesIn();
    await writeFile(file.replace('1.key', '1.erased'), '');
    expect(await keys.newest('ada')).toEqual({ generation: 1, secret: null });
    await keys.destroy('ada');
    expect((await filesIn()).map((each) => each.slice(-8))).toEqual(['1.erased']);
  });

  it('that are damaged are told of by a sentence, and not used', async () => {
    const keys = await openFolderKeyStore(folder);
    await keys.obtain('ada');
    const [file = ''] = await filesIn();
    await chmod(file, 0o600);
    await writeFile(file, 'short');
    await expect(keys.obtain('ada')).rejects.toThrow(KeyStoreUnavailable);
    await expect(keys.obtain('ada')).rejects.toThrow(/1\.key in .* is damaged/);
  });

  it('are told of by a sentence where there can be no folder', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(openFolderKeyStore(join(file, 'keys'))).rejects.toThrow(
      /can not be read or written \(ENOTDIR\)/,
    );
  });
});

describe('the keys beside documents', () => {
  it('are told of by the setting that names them, where their address can not be read or reached', async () => {
    await expect(openKeyStore('mongodb://a:b@c:d@nowhere/keys')).rejects.toThrow(
      /^KEYS_URL can not be read as a MongoDB URL.*KEYS_URL names it; where that is not set/,
    );
    const away = 'mongodb://127.0.0.1:9/keys?serverSelectionTimeoutMS=100';
    const refused = openKeyStore(away);
    await expect(refused).rejects.toThrow(KeyStoreUnavailable);
    await expect(refused).rejects.toThrow(/^The store of the keys of personal data 127\.0\.0\.1:9\/keys /);
  });

  it('are told of so while they are used, too', async () => {
    const fail = () => Promise.reject(new DocumentStoreUnavailable('The document store is away.'));
    const keys = recordKeyStore({ readRecord: fail, writeRecord: fail, close: async () => undefined });
    for (const asked of [keys.newest('ada'), keys.obtain('ada'), keys.destroy('ada')])
      await expect(asked).rejects.toThrow(/^The store of the keys of personal data is away\./);
  });
});

const choice = testServer;
if ('missing' in choice) it.skip(`a key store on MongoDB: ${choice.missing}`);
else {
  let server: TestServer;
  beforeAll(async () => {
    server = await choice.start();
  });
  afterAll(() => server.stop());

  keyStoreContract(choice.name, async () => {
    const { documents, url, cleanup } = await openTemporaryMongodb(server.url);
    return {
      keys: recordKeyStore({ ...documents, close: async () => undefined }),
      openSecond: async () => recordKeyStore(await openMongodbDocumentStore(url)),
      cleanup,
    };
  });
}
