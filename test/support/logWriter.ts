// A process of its own that appends to a log file, or holds its write lock, until it is killed.
// Usage: node --import tsx logWriter.ts append|race|lock FILE [milliseconds]
import Database from 'better-sqlite3';
import { v7 } from 'uuid';
import { openSqliteEventLog } from '../../src/events/log/sqlite/sqliteEventLog.ts';
import { newEvent } from './newEvent.ts';

const [what = '', file = '', milliseconds = '0'] = process.argv.slice(2);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

if (what === 'lock') {
  const database = new Database(file);
  database.exec('BEGIN IMMEDIATE');
  say('locked');
  setTimeout(() => {
    database.exec('COMMIT');
    say('released');
  }, Number(milliseconds));
} else {
  const log = await openSqliteEventLog(file);
  say('ready');
  if (what === 'append')
    for (;;)
      await Promise.all(
        Array.from({ length: 10 }, async () => {
          const event = newEvent({}, v7());
          await log.append(`job-${event.id}`, 'no_stream', [event]);
          say(event.id);
        }),
      );
  if (what === 'race')
    process.stdin.on('data', async (line) => {
      const revision = Number(line.toString());
      const won = await log.append('job-race', revision, [newEvent()]).then(
        () => true,
        () => false,
      );
      say(won ? 'won' : 'lost');
    });
  if (what === 'tell')
    process.stdin.on('data', async () => {
      const event = newEvent({ sentAt: Date.now() });
      await log.append(`job-${event.id}`, 'no_stream', [event]);
    });
}
