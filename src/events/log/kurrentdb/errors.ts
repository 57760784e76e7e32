import { status } from '@grpc/grpc-js';
import { EventLogUnavailable } from '../eventLog.ts';
import type { AppendAnswer } from './messages.ts';

type FailedAppend = AppendAnswer & { readonly kind: 'failed' };

/** What became of a call, as the log's caller is told. */
export class CallFailed extends EventLogUnavailable {
  constructor(
    message: string,
    /** False where trying again can't help: the server refuses us, or can't do what we ask. */
    readonly canPass: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CallFailed';
  }
}

const certificate = /certificate|self.signed|altnames|CERT_/i;
const notEncrypted = /wrong version number|packet length too long|unknown protocol|EPROTO/i;

interface Failure {
  readonly code: number | undefined;
  readonly details: string;
  /** The server's own word for it, where it has one. */
  readonly exception: string | undefined;
}

const failureOf = (error: unknown): Failure => {
  if (!(error instanceof Error)) return { code: undefined, details: String(error), exception: undefined };
  const code = 'code' in error && typeof error.code === 'number' ? error.code : undefined;
  const details = 'details' in error && typeof error.details === 'string' ? error.details : error.message;
  const metadata = 'metadata' in error ? error.metadata : undefined;
  const headers =
    metadata instanceof Object && 'getMap' in metadata && typeof metadata.getMap === 'function'
      ? metadata.getMap()
      : {};
  return { code, details, exception: headers.exception?.toString() };
};

/** A sentence that says what is the matter and what to do, and whether it can pass by itself. */
const explain = (server: string, { code, details, exception }: Failure): [string, boolean] => {
  if (exception === 'access-denied' || code === status.UNAUTHENTICATED || code === status.PERMISSION_DENIED)
    return [
      `The event log server ${server} denies us access; give EVENT_LOG_URL a user and password that may read and write our streams and read $all.`,
      false,
    ];
  if (exception === 'not-leader')
    return [
      `${server} no longer leads the event log's cluster; looking for the new leader (if this stays, name the whole cluster in EVENT_LOG_URL: esdb+discover:// or several hosts).`,
      true,
    ];
  if (exception === 'stream-deleted')
    return [
      `A stream of ours has been deleted on the event log server ${server}, for ever; restore it from a backup.`,
      false,
    ];
  if (code === status.UNIMPLEMENTED)
    return [
      `The event log server ${server} does not know what we ask of it; it must be EventStoreDB 22.6 or later, or KurrentDB.`,
      false,
    ];
  if (certificate.test(details))
    return [
      `The certificate of the event log server ${server} is not to be trusted (${details}); name its authority by tlsCAFile in EVENT_LOG_URL.`,
      true,
    ];
  if (notEncrypted.test(details))
    return [
      `The event log server ${server} does not speak TLS; add tls=false to EVENT_LOG_URL, or set up TLS there.`,
      true,
    ];
  if (code === status.DEADLINE_EXCEEDED || code === status.ABORTED)
    return [
      `The event log server ${server} did not answer in time; it may be overloaded, or the network to it slow.`,
      true,
    ];
  return [
    `The event log server ${server} can not be reached or went away (${details}); see that it runs, and that EVENT_LOG_URL names it.`,
    true,
  ];
};

/** What any failure of a call means to the log's caller. */
export const explainFailure = (server: string, error: unknown): EventLogUnavailable => {
  if (error instanceof EventLogUnavailable) return error;
  const [message, canPass] = explain(server, failureOf(error));
  return new CallFailed(message, canPass, { cause: error });
};

export const tookTooLong = (server: string, what: string): CallFailed =>
  new CallFailed(
    `The event log server ${server} did not ${what} in time; it may be overloaded, or the network to it slow.`,
    true,
  );

/** What it means that the server didn't do an append, in its own word for why. */
export const refusalOf = (server: string, { what, message }: FailedAppend): Error => {
  switch (what) {
    case 'MaximumAppendSizeExceeded':
      return new RangeError(
        `the event log server ${server} takes no append of that size; write less at once, or raise its MaxAppendSize`,
      );
    case 'AccessDenied':
      return new CallFailed(
        `The event log server ${server} does not let us append; give EVENT_LOG_URL a user that may write our streams.`,
        false,
      );
    case 'StreamDeleted':
      return new CallFailed(
        `The stream has been deleted on the event log server ${server}, for ever.`,
        false,
      );
    case 'Timeout':
      return tookTooLong(server, 'append');
    default:
      return new CallFailed(`The event log server ${server} could not append (${what} ${message}).`, true);
  }
};

export const logIsClosed = (server: string): EventLogUnavailable =>
  new EventLogUnavailable(`The event log at ${server} has been closed.`);

/** Whether trying the same again can help. */
export const canPass = (error: unknown): boolean => error instanceof CallFailed && error.canPass;
