// A node of delivery as a process of its own, on a log and documents in a folder that others may use too.
// Usage: node --expose-gc --import tsx deliveryNodeProcess.ts FOLDER PORT [settings as JSON]
// Says `ready PORT`; answers `memory` on its input with the bytes it has in use.
import { projections } from '../../src/projections/all.ts';
import { openReadModel } from '../../src/projections/reading/openReadModel.ts';
import { startProjections } from '../../src/projections/runner.ts';
import { openDeliveryServer } from './deliveryServer.ts';
import { openTestDocuments, openTestLog } from './folderStores.ts';

const [folder = '', port = '0', settings = '{}'] = process.argv.slice(2);
const log = await openTestLog(folder);
const documents = await openTestDocuments(folder);
const trouble = (cause: unknown): void => {
  process.emitWarning(cause instanceof Error ? cause : String(cause));
};
const runner = await startProjections({
  ...{ log, documents, projections },
  onStopped: (_, cause) => trouble(cause),
  onTrouble: trouble,
});
const server = await openDeliveryServer({
  log,
  readModel: openReadModel(documents, runner, projections),
  config: JSON.parse(settings),
  port: Number(port),
});
process.stdin.on('data', () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.stdout.write(`memory ${heapUsed + external}\n`);
});
// Whoever started it is gone.
process.stdin.on('end', () => process.exit());
process.stdout.write(`ready ${server.port}\n`);
