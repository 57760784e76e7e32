import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

describe('a start that can not be', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'darkroom-start-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('names a wrong setting', async () => {
    const { code, output } = await refusal({ DATA_DIR: folder, WORKERS: 'many' });
    expect([code, output.trim()]).toEqual([1, 'Wrong setting: WORKERS must be a number (it is "many").']);
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

  it('names a MongoDB that can not be reached, without the password', async () => {
    const url = 'mongodb://ada:secret@127.0.0.1:9/pictures';
    const { code, output } = await refusal({ DATA_DIR: folder, DOCUMENTS_URL: url });
    expect(code).toBe(1);
    expect(output.trim()).toMatch(/^The document store 127\.0\.0\.1:9\/pictures can not be reached .*$/);
    expect(output).not.toContain('secret');
  });

  it('names a data folder that can not be written', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const { code, output } = await refusal({ DATA_DIR: join(file, 'data') });
    expect(code).toBe(1);
    expect(output).toMatch(/can not be created or written/);
    expect(output.trim().split('\n')).toHaveLength(1);
  });
});
