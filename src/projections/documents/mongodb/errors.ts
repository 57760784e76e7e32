import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  MongoWriteConcernError,
} from 'mongodb';
import { DocumentStoreUnavailable, DocumentStoreUnopenable } from '../documentStore.ts';

/** Codes of MongoDB's errors, by name. */
export const serverCode = {
  unauthorized: 13,
  authenticationFailed: 18,
  namespaceNotFound: 26,
  writeConcernFailed: 64,
  indexOptionsConflict: 85,
  indexKeySpecsConflict: 86,
  duplicateKey: 11_000,
  outOfDiskSpace: 14_031,
} as const;

const codeOf = (error: unknown): number | null =>
  error instanceof MongoServerError && typeof error.code === 'number' ? error.code : null;

export const hasCode = (error: unknown, ...codes: readonly number[]): boolean =>
  codes.some((code) => codeOf(error) === code);

/** By its words too, for not all servers tell the code. */
export const isMissingCollection = (error: unknown): boolean =>
  hasCode(error, serverCode.namespaceNotFound) ||
  (error instanceof MongoServerError && error.message === 'ns not found');

/** What to do about it. `where` is the store's address without user name and password. */
const sentence = (where: string, error: MongoError): string => {
  if (hasCode(error, serverCode.authenticationFailed))
    return `The document store ${where} refuses the user name or password; correct them in DOCUMENTS_URL.`;
  if (hasCode(error, serverCode.unauthorized))
    return `The document store ${where} does not let this user in; give it the role readWrite on that database.`;
  if (hasCode(error, serverCode.outOfDiskSpace))
    return `The disk of the document store ${where} is full; free some space, then try again.`;
  if (error instanceof MongoWriteConcernError || hasCode(error, serverCode.writeConcernFailed))
    return `A write to the document store ${where} was not confirmed by a majority of its members in time; look at rs.status() for those that are down.`;
  if (error instanceof MongoNetworkTimeoutError)
    return `The document store ${where} does not answer in time; look at its load and its network.`;
  if (error instanceof MongoServerSelectionError || error instanceof MongoNetworkError)
    return `The document store ${where} can not be reached (${error.message}); check that MongoDB runs there and can be reached from here.`;
  return `The document store ${where} can not be read or written (${error.message}); check that MongoDB runs there and has a primary.`;
};

/** A bulk write wraps what broke it off. */
const unwrapped = (error: MongoError): MongoError => {
  const inner: unknown = error instanceof MongoBulkWriteError ? error.errorResponse : null;
  return inner instanceof MongoError ? inner : error;
};

/** What an error that the driver threw means to the store's caller; every other error is itself. */
export const explainFailure = (where: string, error: unknown): unknown =>
  error instanceof MongoError
    ? new DocumentStoreUnavailable(sentence(where, unwrapped(error)), { cause: error })
    : error;

/** It may be there in a moment, as where all is started at once. */
const isAway = (error: unknown): boolean =>
  error instanceof MongoServerSelectionError || error instanceof MongoNetworkError;

/** The same at the start, where what won't pass by itself is refused. */
export const explainStart = (where: string, error: unknown): unknown =>
  error instanceof MongoError && !isAway(error)
    ? new DocumentStoreUnopenable(sentence(where, error), { cause: error })
    : explainFailure(where, error);

/**
 * E11000 on `_id`, and no other index. The text is the server's own up to the index's name; after it
 * comes the key, in which anything may stand.
 */
export const isDuplicateId = (code: unknown, text: string | undefined): boolean =>
  code === serverCode.duplicateKey &&
  /^E11000 duplicate key error collection: \S+ index: _id_ /.test(text ?? '');
