import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as library from '../../../src/client/index.ts';
import { openRealServer } from '../../support/scriptedServerReal.ts';

let server: Awaited<ReturnType<typeof openRealServer>>;
beforeAll(async () => {
  server = await openRealServer();
});
afterAll(() => server.close());

/** The first block of code of the guide, as a function of what it takes from outside. */
const example = async () => {
  const guide = await readFile(new URL('../../../docs/client.md', import.meta.url), 'utf8');
  const code = /```ts\nimport \{([^}]+)\} from 'darkroom\/client';\n([\s\S]*?)```/.exec(guide);
  const [, names = '', body = ''] = code ?? [];
  return new Function(
    'library',
    'url',
    'say',
    `return (async () => { const {${names}} = library;\n${body} })()`,
  );
};

it('the example of docs/client.md watches a picture being drawn', async () => {
  const said: string[] = [];
  const run = await example();
  await run(library, server.url, (line: string) => said.push(line));
  expect(said.at(-1)).toMatch(/^drawn: \/api\/v1\/images\/[0-9a-f]{64}$/);
  expect(said.length).toBeGreaterThan(1);
});
