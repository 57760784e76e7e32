import { join } from 'node:path';
import { encryptedEventLog } from '../../src/events/log/encryption/encryptedEventLog.ts';
import { openFolderKeyStore } from '../../src/events/log/encryption/folderKeyStore.ts';
import { createKeyRing } from '../../src/events/log/encryption/keyRing.ts';
import type { EventLog } from '../../src/events/log/eventLog.ts';
import { openSqliteEventLog } from '../../src/events/log/sqlite/sqliteEventLog.ts';
import { makeTemporaryFolder } from '../support/temporaryLog.ts';
import { eventLogContract } from './eventLog.contract.ts';

eventLogContract('SQLite, encrypted', async () => {
  const { folder, remove } = await makeTemporaryFolder();
  const open = async (): Promise<EventLog> =>
    encryptedEventLog(
      await openSqliteEventLog(join(folder, 'events.db')),
      createKeyRing(await openFolderKeyStore(join(folder, 'keys')), () => performance.now()),
    );
  const log = await open();
  return {
    log,
    findsEveryId: true,
    openSecond: open,
    async cleanup() {
      await log.close();
      await remove();
    },
  };
});
