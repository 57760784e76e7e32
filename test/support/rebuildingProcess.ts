// A process of its own that builds all documents anew beside those that are read, up to the log's head.
// Usage: node --import tsx rebuildingProcess.ts EVENTS DOCUMENTS KILLED_AT: it kills itself by SIGKILL in
// the middle of its n-th write, which the writer's thread has been sent but hasn't answered.
import { openSqliteEventLog } from '../../src/events/log/sqlite/sqliteEventLog.ts';
import { projections } from '../../src/projections/all.ts';
import { openSqliteDocumentStore } from '../../src/projections/documents/sqlite/sqliteDocumentStore.ts';
import { build } from '../../src/projections/rebuild.ts';

const [events = '', file = '', killedAt = ''] = process.argv.slice(2);
const log = await openSqliteEventLog(events);
const documents = await openSqliteDocumentStore(file);
let writes = 0;
const building = await build({
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
  signal: new AbortController().signal,
  onProgress: () => undefined,
  onTrouble: (cause) => {
    throw cause;
  },
});
await building.buildTo(await log.head());
