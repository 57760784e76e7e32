import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerEnded, startServer } from '../../support/serverProcess.ts';

/** What a start that is refused says. */
const refusal = async (settings: Record<string, string>): Promise<ServerEnded> => {
  try {
    const server = await startServer(settings);
    await server.kill();
  } catch (cause) {
    if (cause instanceof ServerEnded) return cause;
    throw cause;
  }
  throw new Error('the server started');
};

/** Whether this process may make a file system of its own, to fill it. */
const canMount = (): boolean => {
  const probe = mkdtempSync(join(tmpdir(), 'darkroom-mount-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', probe]);
  if (status === 0) execFileSync('umount', [probe]);
  rmSync(probe, { recursive: true });
  return status === 0;
};

describe('a start that can not be', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'darkroom-start-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('names a wrong setting', async () => {
    const { code, output } = await refusal({ DATA_DIR: folder, WORKERS: 'many' });
    expect([code, output.trim()]).toEqual([
      1,
      'Wrong setting: WORKERS must be a whole number (it is "many").',
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names a used port, and makes no file', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, output } = await refusal({ DATA_DIR: folder, PORT: String(port) });
    other.close();
    expect(code).toBe(1);
    expect(output.trim()).toBe(
      `Port ${port} on 127.0.0.1 is in use by another program; stop it, or set PORT to another.`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['events.db', 'documents.db'])('names a damaged %s and leaves it as it was', async (name) => {
    const file = join(folder, name);
    const bytes = 'SQLite format 3\0 and then nothing that makes sense '.repeat(100);
    writeFileSync(file, bytes);
    const { code, output } = await refusal({ DATA_DIR: folder });
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).toContain(name);
    expect(readFileSync(file, 'utf8')).toBe(bytes);
  });

  it('names a data folder that can not be written', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const { code, output } = await refusal({ DATA_DIR: join(file, 'data') });
    expect(code).toBe(1);
    expect(output).toMatch(/can not be created or written/);
    expect(output.trim().split('\n')).toHaveLength(1);
  });

  it.each(['events.db', 'documents.db'])(
    'names a %s that was cut off, and leaves it as it was',
    async (name) => {
      const server = await startServer({ DATA_DIR: folder });
      await server.stop();
      const file = join(folder, name);
      truncateSync(file, 8192);
      const bytes = readFileSync(file);
      const { code, output } = await refusal({ DATA_DIR: folder });
      expect([code, output.trim().split('\n').length]).toEqual([1, 1]);
      expect(output).toMatch(new RegExp(`${name} is damaged .*restore it from a backup`));
      expect(readFileSync(file).equals(bytes)).toBe(true);
    },
  );

  it.each<[string, (path: string) => void]>([
    ['a damaged sign-in-secret', (path) => writeFileSync(path, 'half a sec')],
    ['a sign-in-secret that can not be read', (path) => mkdirSync(path)],
  ])('names %s', async (_what, spoil) => {
    spoil(join(folder, 'sign-in-secret'));
    const { code, output } = await refusal({ DATA_DIR: folder });
    expect([code, output.trim().split('\n').length]).toEqual([1, 1]);
    expect(output).toMatch(/^The sign-in secret .*sign-in-secret.*\.$/m);
  });

  it('names an image folder that is none', async () => {
    writeFileSync(join(folder, 'images'), '');
    const { code, output } = await refusal({ DATA_DIR: folder });
    expect([code, output.trim().split('\n').length]).toEqual([1, 1]);
    expect(output).toContain(join(folder, 'images'));
  });

  it('names a file of settings that can not be read', () => {
    mkdirSync(join(folder, '.env'));
    const { status, stderr } = spawnSync(process.execPath, [resolve('dist/src/cli/darkroom.js'), 'serve'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^The settings in \.env can not be read .*\.\n$/);
  });

  it.skipIf(!canMount())('names a full disk (skipped where a file system can not be mounted)', async () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', disk]);
    try {
      writeFileSync(join(disk, 'filler'), Buffer.alloc(16_384));
      const { code, output } = await refusal({ DATA_DIR: disk });
      expect([code, output.trim().split('\n').length]).toEqual([1, 1]);
      expect(output).toMatch(/disk is full; free some space/);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
