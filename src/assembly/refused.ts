import { UnusableSecret } from '../api/authenticationLocal.ts';
import { KeyStoreUnavailable } from '../events/log/encryption/keyStore.ts';
import { EventLogUnavailable, EventLogUnopenable } from '../events/log/eventLog.ts';
import { ImageStoreUnavailable } from '../images/imageStore.ts';
import { DocumentStoreUnavailable, DocumentStoreUnopenable } from '../projections/documents/documentStore.ts';
import { UnopenableFile } from '../sqlite/openDatabase.ts';
import { UnusableWorkflow } from '../workers/engines/comfyui/workflow.ts';

/** Errors whose message says what is wrong with a file, a folder or a server, and what to do. */
const outside = [
  EventLogUnavailable,
  EventLogUnopenable,
  KeyStoreUnavailable,
  UnopenableFile,
  DocumentStoreUnavailable,
  DocumentStoreUnopenable,
  UnusableSecret,
  ImageStoreUnavailable,
  UnusableWorkflow,
];

/** Something outside is not as it must be; `message` is one sentence that says what to do. */
export class StartRefused extends Error {}

/** What went wrong, in a sentence where it lies outside; as it is where it is a mistake of ours. */
export const explained = (cause: unknown): unknown =>
  outside.some((kind) => cause instanceof kind) && cause instanceof Error
    ? new StartRefused(cause.message, { cause })
    : cause;
