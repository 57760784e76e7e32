import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const [, listed = ''] = readFileSync('docs/security.md', 'utf8').split('## What was tried');
const rows = [...listed.matchAll(/^\| (?<tried>.+) \| (?<name>.+) \| `(?<file>test\/.+)` \|$/gm)].map(
  ({ groups }) => [groups?.tried ?? '', groups?.name ?? '', groups?.file ?? ''] as const,
);

it('docs/security.md lists what was tried', () => {
  expect(rows.length).toBeGreaterThan(30);
});

it.each(rows)('%s: is tried by the test that docs/security.md names', (_tried, name, file) => {
  expect(readFileSync(file, 'utf8')).toContain(`'${name}'`);
});
