import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolderImageStore } from '../../src/images/folder/folderImageStore.ts';
import { ImageStoreUnavailable } from '../../src/images/imageStore.ts';
import { imageStoreContract } from './imageStore.contract.ts';

const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'darkroom-images-'));

imageStoreContract('folder', async () => {
  const folder = await temporaryFolder();
  return {
    store: await openFolderImageStore(folder),
    reopen: () => openFolderImageStore(folder),
    close: () => rm(folder, { recursive: true, force: true }),
  };
});

describe('the folder image store on disk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('lays a picture under the first two digits of its id, with the extension of its type', async () => {
    const store = await openFolderImageStore(folder);
    const { imageId } = await store.put(Buffer.from('jpeg'), 'image/jpeg');
    expect(await filesIn(folder)).toEqual([`${imageId.slice(0, 2)}/${imageId}.jpg`]);
  });

  it('leaves one file and nothing temporary when the same bytes are put twice at once', async () => {
    const store = await openFolderImageStore(folder);
    await Promise.all(Array.from({ length: 10 }, () => store.put(Buffer.from('same'), 'image/png')));
    expect(await filesIn(folder)).toHaveLength(1);
  });

  it('keeps the type under which the bytes were first stored', async () => {
    const store = await openFolderImageStore(folder);
    await store.put(Buffer.from('bytes'), 'image/png');
    expect(await store.put(Buffer.from('bytes'), 'image/webp')).toMatchObject({ contentType: 'image/png' });
    expect(await filesIn(folder)).toHaveLength(1);
  });

  it('removes temporary files of an earlier crash when it opens, but not those of a moment ago', async () => {
    const id = 'ab'.padEnd(64, '0');
    await mkdir(join(folder, 'ab'));
    const old = join(folder, 'ab', `.${id}.1.part`);
    const young = join(folder, 'ab', `.${id}.2.part`);
    await writeFile(old, 'half a pict');
    await writeFile(young, 'half a pict');
    const longAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
    await utimes(old, longAgo, longAgo);
    const store = await openFolderImageStore(folder);
    expect(await filesIn(folder)).toEqual([`ab/.${id}.2.part`]);
    expect(await store.get(id)).toBeNull();
  });

  it('moves a picture back that a crash left aside, at the next opening and the next listing', async () => {
    const store = await openFolderImageStore(folder);
    const { imageId } = await store.put(Buffer.from('aside'), 'image/png');
    const shard = join(folder, imageId.slice(0, 2));
    const takeAside = () => rename(join(shard, `${imageId}.png`), join(shard, `.${imageId}.png.aside`));
    await takeAside();
    expect(await store.get(imageId)).toBeNull();
    await openFolderImageStore(folder);
    expect(await store.get(imageId)).not.toBeNull();
    await takeAside();
    for await (const _ of store.storedBefore(new Date(0)));
    expect(await store.get(imageId)).not.toBeNull();
  });

  it('never touches files beside it that are not its own', async () => {
    await writeFile(join(folder, 'notes.txt'), 'mine');
    const longAgo = new Date(0);
    await utimes(join(folder, 'notes.txt'), longAgo, longAgo);
    await openFolderImageStore(folder);
    expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('says that it is unavailable, and why, where a file stands in the place of the folder', async () => {
    await writeFile(join(folder, 'file'), '');
    const opening = openFolderImageStore(join(folder, 'file'));
    await expect(opening).rejects.toThrow(ImageStoreUnavailable);
    await expect(opening).rejects.toThrow(/a file stands where the folder should be \(EEXIST\)/);
  });

  it('says that it is unavailable when a picture can not be written, and leaves nothing behind', async () => {
    const store = await openFolderImageStore(folder);
    // A file where the shard's directory should be fails for root too, unlike a mode without write.
    const bytes = Buffer.from('unwritable');
    const { imageId } = await store.put(bytes, 'image/png');
    await rm(join(folder, imageId.slice(0, 2)), { recursive: true });
    await writeFile(join(folder, imageId.slice(0, 2)), 'in the way');
    const putting = store.put(bytes, 'image/png');
    await expect(putting).rejects.toThrow(ImageStoreUnavailable);
    await expect(putting).rejects.toThrow('the picture could not be stored');
    expect(await filesIn(folder)).toEqual([imageId.slice(0, 2)]);
  });

  it.skipIf(process.getuid?.() === 0)('says which right is missing where it may not write', async () => {
    const store = await openFolderImageStore(folder);
    await chmod(folder, 0o555);
    await expect(store.put(Buffer.from('x'), 'image/png')).rejects.toThrow(/check the owner and the mode/);
    await chmod(folder, 0o755);
  });
});

/** Every file under the folder, relative to it. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
