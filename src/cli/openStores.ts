import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Config } from '../config.ts';
import type { UserId } from '../events/ids.ts';
import type { KeptEventLog } from '../events/log/encryption/encryptedEventLog.ts';
import type { Actor } from '../events/metadata.ts';
import type { DocumentStore } from '../projections/documents/documentStore.ts';
import { createPointers, readLive, readStandings } from '../projections/generations.ts';
import { documentsUrl, eventLogUrl, openConfiguredDocuments, openConfiguredLog } from '../stores.ts';
import { Refused } from './refused.ts';
import { readSettings } from './settings.ts';

/** A command opens what is there; to make an empty store because of a slip in a setting would mislead. */
const refuseMissingFile = (what: string, url: string, setting: string): void => {
  const file = /^sqlite:(.*)$/.exec(url)?.[1];
  if (file !== undefined && !existsSync(file))
    throw new Refused(
      `There is no ${what} ${file}; set DATA_DIR or ${setting} as for the server, or start that first.`,
    );
};

/** @throws Refused, and the log's errors */
export const withLog = async <Result>(
  run: (log: KeptEventLog, config: Config) => Promise<Result>,
): Promise<Result> => {
  const config = readSettings();
  refuseMissingFile('event log', eventLogUrl(config), 'EVENT_LOG_URL');
  const log = await openConfiguredLog(config);
  try {
    return await run(log, config);
  } finally {
    await log.close();
  }
};

export interface OpenedStores {
  readonly config: Config;
  readonly log: KeptEventLog;
  /** As people read them. */
  readonly documents: DocumentStore;
  /** Every generation under its own name. */
  readonly bareDocuments: DocumentStore;
}

/** The stores of the settings, while the server may run; they are closed after. @throws Refused, and theirs */
export const withStores = <Result>(run: (stores: OpenedStores) => Promise<Result>): Promise<Result> =>
  withLog(async (log, config) => {
    refuseMissingFile('document store', documentsUrl(config), 'DOCUMENTS_URL');
    const bareDocuments = await openConfiguredDocuments(config);
    try {
      const pointers = createPointers();
      const standings = await readStandings(bareDocuments);
      pointers.point(new Map([...standings].map(([name, { live }]) => [name, live])));
      return await run({ config, log, documents: readLive(bareDocuments, pointers), bareDocuments });
    } finally {
      await bareDocuments.close();
    }
  });

/** Who types: the events of what a command does name them. */
export const commandLineActor = (): Actor & { readonly id: UserId } => {
  const { username } = userInfo();
  return { id: `cli:${username}` as UserId, name: username };
};
