// Makes a log of many events, to try commands and queries on: npm run bench:data [EVENTS [FOLDER]].
// Then: DATA_DIR=FOLDER npx darkroom serve, or DATA_DIR=FOLDER npx darkroom projections rebuild --all
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteEventLog } from '../src/events/log/sqlite/sqliteEventLog.ts';
import { fillLog } from './fill.ts';

const [events = '1000000', folder = 'bench-data'] = process.argv.slice(2);
/** A conversation has 100 jobs of ten events, and two events of its own. */
const jobs = 100;
const conversations = Math.max(1, Math.round(Number(events) / (10 * jobs + 2)));

const file = join(folder, 'events.db');
if (existsSync(file)) {
  process.stderr.write(`There is a log ${file} already; remove it, or name another folder.\n`);
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
const log = await openSqliteEventLog(file);
for (let number = 1; number <= conversations; number += 1) {
  await fillLog(log, jobs, number, (number - 1) * jobs);
  if (number % 100 === 0) process.stdout.write(`${number} of ${conversations} conversations\n`);
}
process.stdout.write(`${file}: the log ${log.logId} ends at ${await log.head()}\n`);
await log.close();
