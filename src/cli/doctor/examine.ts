import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Config, shown, WrongSetting } from '../../config.ts';
import type { LogId, Position } from '../../events/ids.ts';
import type { KeptEventLog } from '../../events/log/encryption/encryptedEventLog.ts';
import { projections } from '../../projections/all.ts';
import { readOverview } from '../../projections/overview.ts';
import {
  documentsUrl,
  embeddedFile,
  eventLogUrl,
  imagesFolder,
  keysUrl,
  openConfiguredDocuments,
  openConfiguredLog,
  openKeyStore,
} from '../../stores.ts';
import { Refused } from '../refused.ts';
import { readSettings } from '../settings.ts';
import { judgeDocuments } from './documents.ts';
import { attention, broken, type Finding, ok, orBroken } from './finding.ts';
import { lookAtKeys, lookAtLog, lookAtQueue, lookAtSeals, readNewest } from './log.ts';
import { judgeClock, lookAtDisks, lookAtVersions } from './machine.ts';

const isMissing = (url: string): boolean => {
  const file = embeddedFile(url);
  return file !== null && !existsSync(file);
};

const startFirst = 'Start the server, which makes it; or set DATA_DIR as for the server.';

const reach = (setting: string): string =>
  `See that ${setting} is right, that its server runs and can be reached from here, and that this user may use it.`;

const lookAtImages = async (config: Config): Promise<Finding> => {
  const folder = imagesFolder(config);
  if (!existsSync(folder)) return attention('pictures', `There is no folder ${folder} yet.`, startFirst);
  await access(folder, constants.R_OK | constants.W_OK);
  return ok('pictures', `The folder ${folder} can be read and written.`);
};

const lookAtKeyStore = async (config: Config, newest: Parameters<typeof lookAtKeys>[0]): Promise<Finding> => {
  const url = keysUrl(config);
  if (url === 'none')
    return attention(
      'keys',
      'KEYS_URL is none: what people write is not encrypted, and a person can not be erased.',
      'Leave KEYS_URL out, and encrypt what is there: docs/security.md.',
    );
  const keys = await openKeyStore(url);
  try {
    return await lookAtKeys(newest, keys, shown(url));
  } finally {
    await keys.close();
  }
};

/** What the documents are held against. */
interface LogFound {
  readonly logId: LogId;
  readonly head: Position;
}

const examineDocuments = async (config: Config, log: LogFound | null): Promise<readonly Finding[]> => {
  const url = documentsUrl(config);
  if (isMissing(url))
    return [attention('documents', `There is no document store ${shown(url)} yet.`, startFirst)];
  const documents = await openConfiguredDocuments(config);
  try {
    const generations = await readOverview(documents, projections);
    return log === null
      ? [ok('documents', `The document store at ${shown(url)} answers.`)]
      : judgeDocuments(generations, log.logId, log.head);
  } finally {
    await documents.close();
  }
};

/** The log, and all that is held against it. */
const examineStores = async (config: Config, now: Date): Promise<readonly Finding[]> => {
  const withDocuments = (log: LogFound | null) =>
    orBroken('documents', reach('DOCUMENTS_URL'), () => examineDocuments(config, log));
  const url = eventLogUrl(config);
  if (isMissing(url))
    return [
      attention('event log', `There is no event log ${shown(url)} yet.`, startFirst),
      ...(await withDocuments(null)),
    ];
  let log: KeptEventLog;
  try {
    log = await openConfiguredLog(config);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    return [broken('event log', found, reach('EVENT_LOG_URL')), ...(await withDocuments(null))];
  }
  try {
    const newest = await readNewest(log);
    const head = await log.head();
    return [
      ...(await lookAtLog(log, shown(url))),
      await lookAtSeals(log, config.SEAL_MS, now),
      ...(await orBroken('keys', reach('KEYS_URL'), () => lookAtKeyStore(config, newest))),
      ...(await withDocuments({ logId: log.logId, head })),
      await lookAtQueue(log),
      judgeClock(now, newest[0]?.recordedAt ?? null),
    ];
  } finally {
    await log.close();
  }
};

const disksOf = (config: Config): readonly string[] => {
  const files = [eventLogUrl(config), documentsUrl(config)].flatMap((url) => embeddedFile(url) ?? []);
  return [...files.map((file) => dirname(file)), imagesFolder(config)];
};

const lookAtSettings = (): Config | Finding => {
  try {
    return readSettings();
  } catch (cause) {
    if (!(cause instanceof WrongSetting || cause instanceof Refused)) throw cause;
    return broken('settings', cause.message, 'Put it right in the environment or in .env: docs/settings.md.');
  }
};

/** Looks at everything that a server needs, whether one runs or not. */
export const examine = async (now: Date): Promise<readonly Finding[]> => {
  const config = lookAtSettings();
  const versions = lookAtVersions();
  if ('check' in config) return [config, ...versions];
  return [
    ok('settings', `They can be used; DATA_DIR is ${config.DATA_DIR}, AUTH_MODE is ${config.AUTH_MODE}.`),
    ...versions,
    ...(await orBroken('event log', reach('EVENT_LOG_URL'), () => examineStores(config, now))),
    ...(await orBroken('pictures', 'Give this user a folder there that it may read and write.', () =>
      lookAtImages(config),
    )),
    ...(await orBroken('disk', 'See that the folder can be read.', () => lookAtDisks(disksOf(config)))),
  ];
};
