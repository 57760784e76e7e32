import { expect, it } from 'vitest';
import { createLogger } from '../../../src/assembly/createLogger.ts';
import { readConfig } from '../../../src/config.ts';

const key = 'pomegranate "quoted" key'.replaceAll(' ', '-');
const loggedBy = (
  settings: Record<string, string>,
  log: (logger: ReturnType<typeof createLogger>) => void,
) => {
  const lines: string[] = [];
  log(createLogger(readConfig({ LOG_LEVEL: 'debug', ...settings }), (line) => lines.push(line)));
  return lines.join('');
};

it('writes no key and no password of the settings, wherever it stands', () => {
  const settings = {
    OPENAI_API_KEY: key,
    DOCUMENTS_URL: 'mongodb://darkroom:pass%40plum@mongodb:27017/darkroom',
    EVENT_LOG_URL: 'esdb://admin:passplum@kurrentdb:2113',
  };
  const text = loggedBy(settings, (logger) => {
    logger.warn({ err: new Error(`wrong key ${key}`, { cause: new Error('pass@plum') }) }, `key ${key}`);
    logger.info({ deep: [{ address: settings.DOCUMENTS_URL }] }, settings.EVENT_LOG_URL);
  });
  expect(text).not.toMatch(/plum|pomegranate/);
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).level),
  ).toEqual([40, 30]);
});

it('writes no token, as it is sent or by itself', () => {
  const text = loggedBy({}, (logger) => {
    logger.error({ headers: { authorization: 'Bearer abc.def-plum' } }, 'no eyJhbGci.eyJplum.plum-x');
  });
  expect(text).not.toContain('plum');
});

it('keeps of an error what it says and its codes, not the request, body and settings that libraries hang on it', () => {
  const cause = Object.assign(new Error('the cause'), { body: 'plum' });
  const error = Object.assign(new Error('could not be done', { cause }), {
    ...{ code: 'ECONNRESET', status: 400, retryable: true, body: 'plum' },
    ...{ config: { headers: { cookie: 'plum' } }, request: { path: '/plum' } },
  });
  const text = loggedBy({}, (logger) => logger.fatal({ err: error }, 'an error was not handled'));
  expect(JSON.parse(text)).toMatchObject({
    msg: 'an error was not handled',
    err: { message: 'could not be done: the cause', code: 'ECONNRESET', status: 400, retryable: true },
  });
  expect(text).not.toContain('plum');
});
