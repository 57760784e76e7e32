import { z } from 'zod';
import { whole } from './values.ts';

const storeUrl = (scheme: string) =>
  z.string().regex(new RegExp(`^${scheme}:.+`), `must be a URL like ${scheme}:./data/name`);

const documentsUrl = z
  .string()
  .regex(
    /^(sqlite|mongodb|mongodb\+srv):.+/,
    'must be a URL like sqlite:./data/name or mongodb://host:27017/name',
  );

/** Where it listens, and where it keeps what. */
export const serverSettings = {
  HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
  PORT: whole(0, 65_535).default(3000).describe('Port to listen on; 0 takes a free one.'),
  DATA_DIR: z.string().min(1).default('./data').describe('Where the embedded stores and the secret lie.'),
  EVENT_LOG_URL: z
    .string()
    .regex(
      /^(sqlite:.|(esdb|kurrentdb|kurrent|kdb)(\+discover)?:\/\/.)/,
      'must be a URL like sqlite:./data/events.db, esdb://host:2113?tls=false or esdb+discover://cluster:2113',
    )
    .optional()
    .describe('Event log; default: sqlite:<DATA_DIR>/events.db. Or EventStoreDB / KurrentDB: esdb://….'),
  EVENT_LOG_NAMESPACE: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_]{0,63}\.$/, 'must be a word and a dot, like darkroom.')
    .default('darkroom.')
    .describe('Before the name of each of our streams on an EventStoreDB / KurrentDB server.'),
  DOCUMENTS_URL: documentsUrl
    .optional()
    .describe('Document store: sqlite: or mongodb:; default: sqlite:<DATA_DIR>/documents.db.'),
  KEYS_URL: z
    .string()
    .regex(
      /^(none$|(file|mongodb|mongodb\+srv):.+)/,
      'must be a URL like file:./data/keys or mongodb://host:27017/keys, or none',
    )
    .optional()
    .describe(
      'Keys of personal data: see [security](security.md#what-is-encrypted); default: beside the documents, file:<DATA_DIR>/keys or the database <name>_keys. `none`: it is not encrypted.',
    ),
  IMAGES_URL: storeUrl('file').optional().describe('Image store; default: file:<DATA_DIR>/images.'),
};
