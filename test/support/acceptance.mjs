// `npm run acceptance`: holds test/acceptance.md to the report of the last `npm test`.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const page = readFileSync('test/acceptance.md', 'utf8');
const asked = [...page.matchAll(/^- `([^`]+)`: (.+)$/gm)].map(([, file, name]) => ({ file, name }));

/** `Deep merge (8)` is a group of eight tests. */
const groups = [...page.matchAll(/^### (.+ \((\d+)\))\n\n((?:- .+\n)+)/gm)];
const short = groups
  .filter(([, , count, lines]) => lines.trim().split('\n').length !== Number(count))
  .map(([, title]) => `${title}: another number of tests is listed`);
const named = groups.reduce((sum, [, , count]) => sum + Number(count), 0);

const report = JSON.parse(readFileSync('test-results/report.json', 'utf8'));
const results = new Map();
for (const { name, assertionResults } of report.testResults) {
  const file = relative(process.cwd(), name);
  for (const { title, status } of assertionResults) {
    const key = `${file}: ${title}`;
    results.set(key, [...(results.get(key) ?? []), status]);
  }
}

/** A suite that runs on several stores has a test several times: all that ran must have passed, and one must have. */
const verdictOf = (statuses = []) => {
  if (statuses.length === 0) return 'is not there';
  if (statuses.includes('failed')) return 'failed';
  return statuses.includes('passed') ? null : 'did not run';
};

const missing = [...new Set(asked.map(({ file, name }) => `${file}: ${name}`))]
  .map((key) => ({ key, verdict: verdictOf(results.get(key)) }))
  .filter(({ verdict }) => verdict !== null)
  .map(({ key, verdict }) => `${key} ${verdict}`);
const problems = [...short, ...(named === 48 ? [] : [`${named} tests are in groups, not 48`]), ...missing];

for (const problem of problems) console.error(`  ${problem}`);
console.log(
  problems.length === 0
    ? `All ${new Set(asked.map(({ file, name }) => `${file}: ${name}`)).size} tests of test/acceptance.md ran and passed.`
    : `test/acceptance.md is not met: ${problems.length} of its lines.`,
);
process.exit(problems.length === 0 ? 0 : 1);
