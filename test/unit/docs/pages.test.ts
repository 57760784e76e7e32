import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter((file) => statSync(file).isFile());

const pages = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  ...filesIn('docs').filter((file) => file.endsWith('.md')),
];

/** What is shown as code links nowhere, and has no headings. */
const withoutCode = (page: string): string => page.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');

/** The places that a page can be linked at, named as they are shown: by headings, and by anchors set by hand. */
const placesOf = (page: string): readonly string[] => {
  const headings = [...page.replaceAll(/```[\s\S]*?```/g, '').matchAll(/^#+ (.*)$/gm)].map(
    ([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
  );
  return [...headings, ...[...page.matchAll(/<a id="([^"]+)">/g)].map(([, place = '']) => place)];
};

const linksOf = (page: string): readonly string[] =>
  [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

const isThere = (page: string, link: string): boolean => {
  const [file = '', place] = link.split('#');
  const target = file === '' ? page : join(dirname(page), file);
  return (
    existsSync(target) && (place === undefined || placesOf(readFileSync(target, 'utf8')).includes(place))
  );
};

describe.each(pages)('%s', (page) => {
  const text = readFileSync(page, 'utf8');

  it('links to pages and places that there are', () => {
    expect(linksOf(text).filter((link) => !isThere(page, link))).toEqual([]);
  });

  it('names files and folders that there are', () => {
    const named = [...text.matchAll(/(?<![\w./:-])(?:src|test|docs|web|bench|deploy)\/[\w./-]*/g)].map(
      ([path]) => path.replace(/\.$/, ''),
    );
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('names scripts of npm that there are', () => {
    const named = [...text.matchAll(/npm run (?:-\w+ )*([\w:-]+)/g)].map(([, script = '']) => script);
    expect(named.filter((script) => !(script in packageJson.scripts))).toEqual([]);
  });
});

describe('README.md', () => {
  it('leads to every page of docs, at least through another', () => {
    const reached = new Set(['README.md']);
    for (const page of reached)
      for (const link of linksOf(readFileSync(page, 'utf8'))) {
        const [file = ''] = link.split('#');
        const target = join(dirname(page), file);
        if (pages.includes(target)) reached.add(target);
      }
    expect(pages.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([]);
  });

  it('says of every room of the house what is in it', () => {
    const readme = readFileSync('README.md', 'utf8');
    const rooms = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of rooms) expect(readme).toContain(`    src/${name}/ `);
  });
});
