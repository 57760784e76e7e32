import { join } from 'node:path';
import type { Config } from './config.ts';
import {
  encryptedEventLog,
  type KeptEventLog,
  plainEventLog,
} from './events/log/encryption/encryptedEventLog.ts';
import { openFolderKeyStore } from './events/log/encryption/folderKeyStore.ts';
import { createKeyRing } from './events/log/encryption/keyRing.ts';
import type { KeyStore } from './events/log/encryption/keyStore.ts';
import { openEventLog } from './events/log/openEventLog.ts';
import { openFolderImageStore } from './images/folder/folderImageStore.ts';
import type { ImageStore } from './images/imageStore.ts';
import type { DocumentStore } from './projections/documents/documentStore.ts';
import { openDocumentStore } from './projections/documents/openDocumentStore.ts';
import { ofKeys, recordKeyStore } from './projections/documents/recordKeyStore.ts';

export const eventLogUrl = ({ EVENT_LOG_URL, DATA_DIR }: Config): string =>
  EVENT_LOG_URL ?? `sqlite:${join(DATA_DIR, 'events.db')}`;

export const documentsUrl = ({ DOCUMENTS_URL, DATA_DIR }: Config): string =>
  DOCUMENTS_URL ?? `sqlite:${join(DATA_DIR, 'documents.db')}`;

/** On the server of the documents, signed in as there, a database of its own. */
const keysBesideDocuments = (url: string): string => {
  const [, server = url, database = '', options] = /^([^/]*\/\/[^/?]+)\/?([^?]*)\??(.*)$/.exec(url) ?? [];
  const query = new URLSearchParams(options);
  // Where the URL doesn't say it, a user is one of the database that it names.
  if (server.includes('@') && database !== '' && !query.has('authSource')) query.set('authSource', database);
  const asked = query.size === 0 ? '' : `?${query}`;
  return `${server}/${database === '' ? 'darkroom' : database}_keys${asked}`;
};

/** `none` where personal data isn't encrypted; else where every process that shares the documents finds the keys. */
export const keysUrl = (config: Config): string => {
  if (config.KEYS_URL !== undefined) return config.KEYS_URL;
  const documents = documentsUrl(config);
  return documents.startsWith('mongodb')
    ? keysBesideDocuments(documents)
    : `file:${join(config.DATA_DIR, 'keys')}`;
};

export const openKeyStore = async (url: string): Promise<KeyStore> => {
  if (url.startsWith('file:')) return openFolderKeyStore(url.slice('file:'.length));
  try {
    return recordKeyStore(await openDocumentStore(url));
  } catch (cause) {
    throw ofKeys(cause);
  }
};

/** The event log of these settings, as the server and each command open it. */
export const openConfiguredLog = async (
  config: Config,
  report?: (problem: Error) => void,
): Promise<KeptEventLog> => {
  const log = await openEventLog(eventLogUrl(config), {
    namespace: config.EVENT_LOG_NAMESPACE,
    ...(report === undefined ? {} : { report }),
  });
  const url = keysUrl(config);
  if (url === 'none') return plainEventLog(log);
  try {
    return encryptedEventLog(
      log,
      createKeyRing(await openKeyStore(url), () => performance.now()),
    );
  } catch (cause) {
    await log.close();
    throw cause;
  }
};

/** Their document store. */
export const openConfiguredDocuments = (config: Config): Promise<DocumentStore> =>
  openDocumentStore(documentsUrl(config));

/** Where their pictures lie. */
export const imagesFolder = ({ IMAGES_URL, DATA_DIR }: Config): string =>
  IMAGES_URL?.replace(/^file:/, '') ?? join(DATA_DIR, 'images');

/** Their pictures. */
export const openConfiguredImages = (config: Config): Promise<ImageStore> =>
  openFolderImageStore(imagesFolder(config));

/** The file of an embedded store; null where it lies on a server. */
export const embeddedFile = (url: string): string | null => /^(?:sqlite|file):(.*)$/.exec(url)?.[1] ?? null;
