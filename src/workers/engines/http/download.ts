import { EngineError } from '../imageEngine.ts';
import { exchange, megabytes } from './exchange.ts';
import { refusalOf } from './refusals.ts';

/** Where an engine may send us. */
export interface Reach {
  /** The engine's own address, which may be inside our network. */
  readonly engine: URL;
  /** Hosts beside it, with those below them; by https: alone. */
  readonly hosts: readonly string[];
}

/**
 * An address that an engine has named, once it is known to be within reach. Whoever can make an engine name
 * an address must not make us call services of our own network, nor send them our key: so the host is the
 * engine's own, or one of a short list. @throws EngineError
 */
export const addressWithin = (address: string, { engine, hosts }: Reach): URL => {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url !== null && isAllowed(url, engine, hosts)) return url;
  throw new EngineError('internal', `an engine named ${address.slice(0, 200)}, where we do not go`, false);
};

const isAllowed = (url: URL, engine: URL, hosts: readonly string[]): boolean => {
  if (url.username !== '' || url.password !== '') return false;
  if (url.origin === engine.origin) return true;
  const isListed = hosts.some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`));
  return isListed && url.protocol === 'https:' && url.port === '';
};

export interface Download {
  /** As the engine wrote it: not to be believed. */
  readonly address: string;
  readonly reach: Reach;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Fetches a picture from where an engine says that it lies. A redirect, which could lead anywhere, is an error. */
export const download = async ({ address, reach, timeoutMs, signal }: Download): Promise<Buffer> => {
  const url = addressWithin(address, reach);
  const answer = await exchange({ url, timeoutMs, maxBytes: megabytes(64), signal });
  if (answer.status !== 200) throw unfetched(refusalOf(`the picture at ${url.host}`, answer));
  return answer.body;
};

/** It was drawn, and is gone or locked away: not the person's doing, nor for them to change. */
const unfetched = ({ message }: EngineError): EngineError => new EngineError('internal', message, true);
