import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRealServer } from '../../support/scriptedServerReal.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../../..');
const compiler = join(root, 'node_modules/typescript/bin/tsc');

const program = `
import { type ConversationView, connect, memoryStorage, signIn } from 'darkroom/client';
declare const process: { readonly argv: readonly string[] };
const url = process.argv[2] ?? '';
const client = connect({ url, session: await signIn(url, 'Ada'), outboxStorage: memoryStorage() });
const { conversation } = await client.api.startConversation({ title: 'Harbour' });
const harbour = client.conversation(conversation.conversationId);
const { message } = await harbour.post('hello');
for await (const state of harbour) {
  const view: ConversationView = state;
  if (view.messages.some(({ messageId }) => messageId === message.messageId)) break;
}
console.log(message.text);
client.close();
`;

/** Packs the built package and unpacks it where no file of this repository is near; as it is published. */
const install = async (folder: string): Promise<void> => {
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: root });
  await run('tar', ['xzf', 'darkroom-0.1.0.tgz'], { cwd: folder });
  await rename(join(folder, 'package'), join(modules, 'darkroom'));
  for (const dependency of ['socket.io-client', 'uuid', 'zod'])
    await symlink(join(root, 'node_modules', dependency), join(modules, dependency));
};

/** The compiler checks the browser's own types too; on a busy machine that takes its time. */
const patiently = { timeout: 180_000 };

describe('the package, installed in another program', patiently, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-package-'));
    await install(folder);
    await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
    await writeFile(join(folder, 'program.ts'), program);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const compile = async (module: string, moduleResolution: string, ...more: readonly string[]) => {
    const options = ['--strict', '--target', 'ES2022', '--lib', 'ES2023,DOM', ...more];
    const how = ['--module', module, '--moduleResolution', moduleResolution, ...options];
    // The compiler tells what is wrong on its standard output.
    await run(process.execPath, [compiler, ...how, 'program.ts'], { cwd: folder }).catch(({ stdout }) =>
      expect.fail(stdout),
    );
  };

  it('has types that hold on their own, for bundlers', () => compile('ESNext', 'Bundler', '--noEmit'));

  it('tells a wrong use of it', async () => {
    await writeFile(join(folder, 'program.ts'), program.replace("post('hello')", 'post(42)'));
    await expect(compile('NodeNext', 'NodeNext', '--noEmit')).rejects.toThrow(/Argument of type 'number'/);
    await writeFile(join(folder, 'program.ts'), program);
  });

  it('has types that hold on their own in Node, and runs there', async () => {
    const server = await openRealServer();
    try {
      await compile('NodeNext', 'NodeNext');
      const { stdout } = await run(process.execPath, ['program.js', server.url], { cwd: folder });
      expect(stdout).toBe('hello\n');
    } finally {
      await server.close();
    }
  });

  it('goes into a bundle for browsers, with nothing of Node in it', async () => {
    const output = await build({
      ...{ root: folder, configFile: false, logLevel: 'silent' },
      build: {
        write: false,
        minify: false,
        rollupOptions: { input: join(folder, 'program.ts') },
        target: 'es2022',
      },
    });
    const bundle = JSON.stringify(output);
    expect(bundle).toContain('Idempotency-Key');
    expect(bundle).not.toMatch(/from \\?["']node:|__vite-browser-external/);
  });
});
