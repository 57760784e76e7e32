import { afterAll } from 'vitest';
import { openLogOn, type TestServer, testServer } from '../support/kurrentdb/testServer.ts';
import { eventLogContract } from './eventLog.contract.ts';

let server: Promise<TestServer> | undefined;
afterAll(async () => (await server)?.stop());

eventLogContract(testServer.name, async () => {
  server ??= testServer.start();
  return { ...(await openLogOn(await server)), findsEveryId: false };
});
