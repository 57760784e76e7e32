// A node of the next release in a process of its own, that kills itself by SIGKILL in the middle of its n-th
// write of the documents that only that release has, which the store has been sent but hasn't answered.
// Usage: node --import tsx nextReleaseProcess.ts EVENTS DOCUMENTS_URL KILLED_AT
import { openSqliteEventLog } from '../../src/events/log/sqlite/sqliteEventLog.ts';
import { openDocumentStore } from '../../src/projections/documents/openDocumentStore.ts';
import { startNode, tomorrow } from './nextRelease.ts';

const [events = '', url = '', killedAt = ''] = process.argv.slice(2);
const log = await openSqliteEventLog(events);
const documents = await openDocumentStore(url);
let writes = 0;
const node = await startNode(
  log,
  {
    ...documents,
    async write(...batch) {
      const [, checkpoints] = batch;
      if (checkpoints.some(({ name }) => name === tomorrow.collection.name)) writes += 1;
      const written = documents.write(...batch);
      if (String(writes) === killedAt) setImmediate(() => process.kill(process.pid, 'SIGKILL'));
      return written;
    },
  },
  [tomorrow],
);
await node.whenRead();
process.stdout.write('ended\n');
