import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findSecrets } from '../../support/findSecrets.ts';

const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0').filter(Boolean);
const isText = (path: string): boolean => !/\.(?:png|webp|jpe?g|woff2?|db|ico)$/.test(path);

describe('the repository', () => {
  it('holds no secret in any file', () => {
    expect(files.length).toBeGreaterThan(500);
    const found = files.filter(isText).flatMap((path) => findSecrets(path, readFileSync(path, 'utf8')));
    expect(found).toEqual([]);
  });
});

describe('a secret', () => {
  /** Put together here, or this file would be found itself. */
  const letters = 'aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA1bC3dE5f';
  it.each([
    ['a private key', `-----BEGIN RSA ${'PRIVATE'} KEY-----\nMIIE${letters}`],
    ['a key of AWS', `id = AKI${'A'}IOSFODNN7EXAMPLE`],
    ['a token of GitHub', `gh${'p'}_${letters}`],
    ['a token of npm', `//host/:_auth${'Token'}=${letters}`],
    ['a token of Slack', `xox${'b'}-1234567890-abc`],
    ['a key of OpenAI or Anthropic', `s${'k'}-proj-${letters}`],
    ['a token (JWT)', `ey${'J'}hbGciOiJIUzI1NiJ9.ey${'J'}zdWIiOiJhZGEifQx.${letters}`],
    ['a password in an address', `mongodb://ada:${letters}@host/x`],
    ['a secret that is set', `AUTH_JWT_${'SECRET'}=${letters}`],
  ])('is found: %s', (kind, text) => {
    expect(findSecrets('config.ts', `first line\n${text}\nlast line`)).toEqual([`config.ts:2: ${kind}`]);
  });

  it.each(['.env', 'deploy/.env.production', '.npmrc', 'keys/id_rsa', 'deploy/server.p12'])(
    'is a file named %s',
    (path) => {
      expect(findSecrets(path, '')).toEqual([`${path}: a file of secrets`]);
    },
  );

  it.each(['.env.example', 'src/environment.ts', 'docs/secrets.md'])('is no file named %s', (path) => {
    expect(findSecrets(path, '')).toEqual([]);
  });
});
