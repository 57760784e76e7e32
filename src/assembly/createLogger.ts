import { type Logger, pino } from 'pino';
import type { Config } from '../config.ts';

/** What nobody is to read in a log, wherever it came from: tokens, whole or as they are sent. */
const tokens = /\bBearer\s+[\w.~+/-]+=*|\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** As they stand in a line, which is JSON. */
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Values of settings that open a door: keys, and the passwords in addresses. */
const secretsOf = (config: Config): readonly string[] => {
  const { AUTH_JWT_SECRET, OPENAI_API_KEY, BFL_API_KEY } = config;
  const addresses = [config.EVENT_LOG_URL, config.DOCUMENTS_URL, config.KEYS_URL, config.AUTOMATIC1111_URL];
  const passwords = addresses.flatMap((address) => /\/\/[^/]*?:([^/]+)@/.exec(address ?? '')?.[1] ?? []);
  return [AUTH_JWT_SECRET, OPENAI_API_KEY, BFL_API_KEY, ...passwords]
    .filter((secret) => secret !== undefined)
    .flatMap((secret) => [secret, decoded(secret)])
    .map(inJson);
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

type Kept = string | number | boolean | null;
const isKept = (value: unknown): value is Kept =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

/**
 * An error with its causes. Of what a library hangs on it besides only codes and numbers are kept: the parser of bodies
 * hangs the body on it, a client the request with its headers.
 */
const told = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const { type, message, stack, raw, aggregateErrors, ...more } = pino.stdSerializers.err(error);
  const details = Object.entries(more).filter(([name, value]) => isKept(value) && name !== 'body');
  return { type, message, stack, ...Object.fromEntries(details) };
};

/** The server's log: a line of JSON each, in which no secret stands, whoever wrote it into an error. */
export const createLogger = (
  config: Config,
  write: (line: string) => void = (line) => process.stdout.write(line),
): Logger => {
  const secrets = secretsOf(config);
  const withoutSecrets = (line: string): string =>
    secrets.reduce((text, secret) => text.replaceAll(secret, '…'), line).replaceAll(tokens, '…');
  return pino(
    {
      ...{ level: config.LOG_LEVEL, base: null, timestamp: pino.stdTimeFunctions.isoTime },
      serializers: { err: told },
      hooks: { streamWrite: withoutSecrets },
    },
    { write },
  );
};
