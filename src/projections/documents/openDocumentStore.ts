import type { DocumentStore } from './documentStore.ts';
import { openSqliteDocumentStore } from './sqlite/sqliteDocumentStore.ts';

/**
 * Opens the store that the URL names: `sqlite:`, or `mongodb:` whose driver is loaded only then.
 * @throws UnopenableFile, DocumentStoreUnopenable
 */
export const openDocumentStore = async (url: string): Promise<DocumentStore> => {
  if (!/^mongodb(\+srv)?:/.test(url)) return openSqliteDocumentStore(url.replace(/^sqlite:/, ''));
  const { openMongodbDocumentStore } = await import('./mongodb/mongodbDocumentStore.ts');
  return openMongodbDocumentStore(url);
};
