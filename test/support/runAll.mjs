// `npm test`: brings what the tests need, builds the product, runs every layer, and says at the end
// what ran against what and what was skipped, by name.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';

const run = (command, options = {}) =>
  spawnSync(command[0], command.slice(1), { stdio: 'inherit', ...options });

const answers = (command) => run(command, { stdio: 'ignore' }).status === 0;

/** By apt-get, where this is root on Debian; false where it isn't. */
const install = (what, packages) => {
  if (process.getuid?.() !== 0 || !answers(['which', 'apt-get'])) return false;
  console.log(`Installing ${what} …`);
  const quietly = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  run(['apt-get', 'update', '-qq'], quietly);
  run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages], quietly);
  return true;
};

const chromiumPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const findChromium = () =>
  [process.env.CHROMIUM_PATH, ...chromiumPaths].find((path) => path !== undefined && existsSync(path));

/** The browser for the end to end tests: found, installed by apt-get where that is possible, or missing. */
const bringChromium = () => {
  const found = findChromium();
  if (found !== undefined) return { path: found };
  if (!install('Chromium for the end to end tests', ['chromium']))
    return {
      missing:
        'Chromium is not installed; install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.',
    };
  const installed = findChromium();
  return installed === undefined
    ? { missing: 'apt-get could not install Chromium; install it by hand or set CHROMIUM_PATH.' }
    : { path: installed };
};

/** Tests on MongoDB run on a named server, in a container, or on a stand-in that needs Java and Maven. */
const bringMongodb = () => {
  if (process.env.DOCUMENTS_TEST_URL || answers(['docker', 'info'])) return;
  if (answers(['java', '-version']) && answers(['mvn', '-v'])) return;
  install('Java and Maven for the MongoDB stand-in', ['default-jdk-headless', 'maven']);
};

const chromium = bringChromium();
bringMongodb();
if (run(['npm', 'run', 'build']).status !== 0) process.exit(1);

mkdirSync('test-results', { recursive: true });
const environment = {
  ...process.env,
  ...(chromium.path === undefined ? {} : { CHROMIUM_PATH: chromium.path }),
};
const status = run(
  [
    process.execPath,
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    '--outputFile.json=test-results/report.json',
    ...process.argv.slice(2),
  ],
  { env: environment },
).status;

const report = JSON.parse(readFileSync('test-results/report.json', 'utf8'));
const layerOf = (file) => /test\/([a-z0-9]+)\//.exec(file)?.[1] ?? 'other';
const layers = new Map();
const skipped = [];
/** What a contract suite says that it ran on: "a document store on SQLite". */
const ranOn = (port) => {
  const named = new RegExp(`^${port} on (.+)$`);
  const titles = report.testResults.flatMap(({ assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'passed' || status === 'failed')
      .map(({ ancestorTitles: [title = ''] }) => named.exec(title)?.[1]),
  );
  return [...new Set(titles.filter((title) => title !== undefined))].join('; ');
};
for (const { name, assertionResults } of report.testResults)
  for (const result of assertionResults) {
    const counts = layers.get(layerOf(name)) ?? { passed: 0, failed: 0, skipped: 0 };
    if (result.status === 'passed') counts.passed += 1;
    else if (result.status === 'failed') counts.failed += 1;
    else {
      counts.skipped += 1;
      skipped.push(result.fullName);
    }
    layers.set(layerOf(name), counts);
  }

console.log('\nWhat ran against what');
console.log(`  event log        ${ranOn('an event log')}; in memory in some tests`);
console.log(`  document store   ${ranOn('a document store')}`);
console.log('  image store      folder');
console.log('  image engine     sketch (built in, a stand-in for a model)');
console.log(`  browser          ${chromium.path ?? `none: ${chromium.missing}`}`);
for (const [layer, { passed, failed, skipped: left }] of layers)
  console.log(`  ${layer.padEnd(16)} ${passed} passed, ${failed} failed, ${left} skipped`);
for (const name of skipped) console.log(`  skipped: ${name}`);

const { numPassedTests: passed, numFailedTests: failed } = report;
console.log(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped`);
process.exit(status ?? 1);
