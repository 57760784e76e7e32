// A process of its own that projects a log into documents, and says when it has come to the log's head.
// Usage: node --import tsx projectingProcess.ts EVENTS DOCUMENTS [KILLED_AT]: it kills itself by SIGKILL
// in the middle of its n-th write, which the writer's thread has been sent but hasn't answered.
import { openSqliteEventLog } from '../../src/events/log/sqlite/sqliteEventLog.ts';
import { projections } from '../../src/projections/all.ts';
import { openSqliteDocumentStore } from '../../src/projections/documents/sqlite/sqliteDocumentStore.ts';
import { startProjections } from '../../src/projections/runner.ts';

const [events = '', file = '', killedAt = ''] = process.argv.slice(2);
const log = await openSqliteEventLog(events);
const documents = await openSqliteDocumentStore(file);
let writes = 0;
const fail = (cause: unknown): never => {
  throw cause;
};
const runner = await startProjections({
  log,
  documents: {
    ...documents,
    write(...batch) {
      writes += 1;
      const written = documents.write(...batch);
      if (String(writes) === killedAt) setImmediate(() => process.kill(process.pid, 'SIGKILL'));
      return written;
    },
  },
  projections,
  onStopped: ({ reason }) => fail(new Error(reason ?? 'stopped')),
  onTrouble: fail,
});
await runner.whenProcessed(await log.head(), 60_000);
await runner.stop();
await documents.close();
await log.close();
process.stdout.write(`${writes}\n`);
