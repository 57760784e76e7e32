import { openSqliteEventLog } from '../../src/events/log/sqlite/sqliteEventLog.ts';
import { openTemporaryLog } from '../support/temporaryLog.ts';
import { eventLogContract } from './eventLog.contract.ts';

eventLogContract('SQLite', async () => {
  const opened = await openTemporaryLog();
  return { ...opened, findsEveryId: true, openSecond: () => openSqliteEventLog(opened.file) };
});
