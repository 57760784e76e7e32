import { join } from 'node:path';
import type { Config } from './config.ts';
import type { EventLog } from './events/log/eventLog.ts';
import { openEventLog } from './events/log/openEventLog.ts';
import type { DocumentStore } from './projections/documents/documentStore.ts';
import { openDocumentStore } from './projections/documents/openDocumentStore.ts';

export const eventLogUrl = ({ EVENT_LOG_URL, DATA_DIR }: Config): string =>
  EVENT_LOG_URL ?? `sqlite:${join(DATA_DIR, 'events.db')}`;

export const documentsUrl = ({ DOCUMENTS_URL, DATA_DIR }: Config): string =>
  DOCUMENTS_URL ?? `sqlite:${join(DATA_DIR, 'documents.db')}`;

/** The event log of these settings, as the server and each command open it. */
export const openConfiguredLog = (config: Config, report?: (problem: Error) => void): Promise<EventLog> =>
  openEventLog(eventLogUrl(config), {
    namespace: config.EVENT_LOG_NAMESPACE,
    ...(report === undefined ? {} : { report }),
  });

/** Their document store. */
export const openConfiguredDocuments = (config: Config): Promise<DocumentStore> =>
  openDocumentStore(documentsUrl(config));
