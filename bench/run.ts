import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { type BenchTable, markdownTable } from './table.ts';

/** Every bench by name; loaded when it runs, for each brings its own peers. */
const benches: Readonly<Record<string, () => Promise<BenchTable>>> = {
  append: async () => (await import('./append.ts')).benchAppend(),
  kurrentdb: async () => (await import('./kurrentdb.ts')).benchKurrentdb(),
  rebuild: async () => (await import('./rebuild.ts')).benchRebuild(),
  mongodb: async () => (await import('./mongodb.ts')).benchMongodb(),
  queue: async () => (await import('./queue.ts')).benchQueue(),
  query: async () => (await import('./query.ts')).benchQuery(),
  jobs: async () => (await import('./jobs.ts')).benchJobs(),
  delivery: async () => (await import('./delivery.ts')).benchDelivery(),
  start: async () => (await import('./start.ts')).benchStart(),
  verify: async () => (await import('./verify.ts')).benchVerify(),
  guards: async () => (await import('./guards.ts')).benchGuards(),
  encryption: async () => (await import('./encryption.ts')).benchEncryption(),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0) {
  process.stderr.write(
    `No bench named ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}.\n`,
  );
  process.exit(1);
}

const machine = {
  date: new Date().toISOString(),
  commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
  processor: `${cpus().length} x ${cpus()[0]?.model.trim()}`,
  memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  system: `${process.platform} ${release()}`,
  node: process.version,
};
process.stdout.write(`${Object.values(machine).join(' · ')}\n`);

const tables: BenchTable[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const table = await bench();
  tables.push(table);
  process.stdout.write(`\n## ${table.name}\n\n${markdownTable(table.rows)}\n`);
}
mkdirSync('test-results', { recursive: true });
writeFileSync('test-results/bench.json', `${JSON.stringify({ machine, tables }, null, 2)}\n`);
process.stdout.write('\nWritten to test-results/bench.json\n');
