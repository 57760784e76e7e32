// `npm run test:integration:production`: the integration tests on the production adapters, on servers that
// are named, in containers or stand-ins. Further words go to vitest.
import { spawnSync } from 'node:child_process';
import { testServer as eventLogServer } from './kurrentdb/testServer.ts';
import { testServer as documentServer } from './mongodb/testServer.ts';

if ('missing' in documentServer) {
  process.stderr.write(`There is no MongoDB to run on: ${documentServer.missing}.\n`);
  process.exit(1);
}
const eventLog = await eventLogServer.start();
const documents = await documentServer.start();
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'integration', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      TEST_STORES: 'servers',
      EVENT_LOG_TEST_URL: eventLog.url,
      DOCUMENTS_TEST_URL: documents.url,
      DOCUMENTS_TEST_SNAPSHOTS: String(documentServer.isReal),
    },
  },
);
await documents.stop();
await eventLog.stop();
process.stdout.write(`\nThe integration tests ran on\n  event log        ${eventLogServer.name}\n`);
process.stdout.write(`  document store   ${documentServer.name}\n`);
process.exit(status ?? 1);
