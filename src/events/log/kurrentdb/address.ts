import { readFileSync } from 'node:fs';
import {
  type ConnectionOptions,
  parseConnectionString,
} from '@eventstore/db-client/dist/Client/parseConnectionString.js';
import { EventLogUnopenable } from '../eventLog.ts';

/** Where the log lies, and how to get in: what `EVENT_LOG_URL` says. */
export interface Address {
  readonly options: ConnectionOptions;
  readonly rootCertificate?: Buffer;
  readonly userCertFile?: Buffer;
  readonly userKeyFile?: Buffer;
  /** For messages: hosts and ports, without anything secret. */
  readonly shown: string;
}

const newer = /^(kurrentdb|kurrent|kdb)(\+discover)?:\/\//;

/** What a URL may set. What the client would ignore is refused, for an ignored setting misleads. */
const known = new Set([
  ...['usercertfile', 'userkeyfile', 'maxdiscoverattempts', 'connectionname', 'discoveryinterval'],
  ...['gossiptimeout', 'nodepreference', 'tls', 'tlscafile', 'keepaliveinterval', 'keepalivetimeout'],
]);

const refused = (why: string, cause?: unknown): EventLogUnopenable =>
  new EventLogUnopenable(`The event log's URL is wrong: ${why}.`, { cause });

const checkSettings = (url: string): void => {
  const [, search = ''] = url.split('?');
  for (const pair of search.split('&').filter((text) => text !== '')) {
    const name = pair.split('=', 1)[0] ?? '';
    if (!known.has(name.toLowerCase().replace(/[_-]/g, '')))
      throw refused(`"${name}" is no setting of it (there are ${[...known].join(', ')})`);
  }
};

const readFile = (name: string, file: string | undefined): Buffer | undefined => {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file);
  } catch (cause) {
    throw refused(`the file that ${name} names can not be read (${file})`, cause);
  }
};

/** @throws EventLogUnopenable with one sentence that says what is wrong with it, without its password */
export const parseAddress = (url: string): Address => {
  const older = url.replace(newer, 'esdb$2://');
  checkSettings(older);
  let options: ConnectionOptions;
  try {
    options = parseConnectionString(older);
  } catch (cause) {
    const like = 'esdb://host:2113?tls=false, esdb://user:password@host:2113 or esdb+discover://cluster:2113';
    throw refused(`it must be like ${like}`, cause);
  }
  if ((options.userCertFile === undefined) !== (options.userKeyFile === undefined))
    throw refused('userCertFile and userKeyFile belong together');
  const rootCertificate = readFile('tlsCAFile', options.tlsCAFile);
  const userCertFile = readFile('userCertFile', options.userCertFile);
  const userKeyFile = readFile('userKeyFile', options.userKeyFile);
  return {
    options,
    ...(rootCertificate === undefined ? {} : { rootCertificate }),
    ...(userCertFile === undefined ? {} : { userCertFile }),
    ...(userKeyFile === undefined ? {} : { userKeyFile }),
    shown: options.hosts.map(({ address, port }) => `${address}:${port}`).join(', '),
  };
};
