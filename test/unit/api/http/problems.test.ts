import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { SignInRefused } from '../../../../src/api/authentication.ts';
import { invalidInput, problemBody, problemOf, problems } from '../../../../src/api/problems.ts';
import {
  DomainError,
  type DomainErrorCode,
  domainErrors,
  InvalidInput,
} from '../../../../src/commands/errors.ts';
import { type FailureCode, failures } from '../../../../src/events/failures.ts';
import { EventLogUnavailable } from '../../../../src/events/log/eventLog.ts';
import { ImageStoreUnavailable } from '../../../../src/images/imageStore.ts';

const domainCodes = Object.keys(domainErrors) as DomainErrorCode[];
const failureCodes = Object.keys(failures) as FailureCode[];
const page = await readFile('docs/errors.md', 'utf8');

describe('docs/errors.md', () => {
  it.each(Object.entries(problems))('explains %s under the address of its type', (code, { status }) => {
    expect(page).toContain(`<a id="${code}"></a>\`${code}\` | ${status} |`);
  });

  it.each(domainCodes)('explains %s, which a command may be refused with', (code) => {
    expect(page).toContain(`\`${code}\` | ${domainErrors[code]} |`);
  });

  it.each(failureCodes)(
    'explains %s in the words that its picture shows, and says whether trying again can help',
    (code) => {
      const { title, whatHappened, whatToDo, retryable } = failures[code];
      const row = `\`${code}\` | ${title} | ${whatHappened} | ${whatToDo} | ${retryable ? 'yes' : 'no'} |`;
      expect(page).toContain(row);
    },
  );

  it.each(failureCodes)('has a title, what happened and what to do for %s, a sentence each', (code) => {
    const { title, whatHappened, whatToDo } = failures[code];
    expect(title).toMatch(/^[A-Z].{5,60}[^.]$/);
    for (const sentence of [whatHappened, whatToDo]) expect(sentence).toMatch(/^[A-Z].{10,}\.$/);
  });

  it('has no code that there is not', () => {
    const codes = [...page.matchAll(/<a id="(\w+)">/g)].map(([, code]) => code);
    expect(new Set(codes)).toEqual(new Set([...Object.keys(problems), ...failureCodes]));
  });
});

describe('a problem', () => {
  it('tells of a broken rule in its own words, with its status', () => {
    for (const code of domainCodes) {
      const problem = problemOf(new DomainError(code, 'This is not possible.'));
      expect([problem.status, problem.code, problem.message]).toEqual([
        domainErrors[code],
        code,
        'This is not possible.',
      ]);
    }
  });

  it('names what is wrong with the input, also where a command found it', () => {
    const errors = [{ path: 'image.width', message: 'must be a multiple of 8' }];
    for (const problem of [invalidInput(errors), problemOf(new InvalidInput(errors))])
      expect(problemBody(problem, 'reference')).toEqual({
        ...{ type: 'docs/errors.md#invalid_input', title: 'The request is not valid', status: 400 },
        ...{ code: 'invalid_input', reference: 'reference', errors },
        detail: 'The request is not valid: image.width must be a multiple of 8.',
      });
  });

  it('names no more than 50 fields', () => {
    const errors = Array.from({ length: 1_000 }, (_, index) => ({ path: `a.${index}`, message: 'is wrong' }));
    expect(invalidInput(errors).errors).toHaveLength(50);
  });

  it('tells of a refused sign-in how to sign in', () => {
    const problem = problemOf(new SignInRefused('token_expired', 'Sign in again.'));
    expect([problem.status, problem.headers]).toEqual([
      401,
      { 'WWW-Authenticate': 'Bearer realm="darkroom", error="invalid_token"' },
    ]);
  });

  it('tells of a store that can not be reached when to come again, and not why', () => {
    for (const cause of [
      new EventLogUnavailable('disk /dev/sda'),
      new ImageStoreUnavailable('disk /dev/sda'),
    ]) {
      const problem = problemOf(cause);
      expect([problem.status, problem.code, problem.headers['Retry-After']]).toEqual([
        503,
        'unavailable',
        '2',
      ]);
      expect(problem.message).not.toContain('disk');
    }
  });

  it('says when to come again where a rule says no for now', () => {
    for (const [code, seconds] of [
      ['quota_exceeded', '10'],
      ['queue_full', '60'],
      ['too_many_conflicts', '1'],
    ] as const)
      expect(problemOf(new DomainError(code, 'Not now.')).headers).toEqual({ 'Retry-After': seconds });
    expect(problemOf(new DomainError('job_ended', 'No.')).headers).toEqual({});
  });

  it('tells nothing of what is not known', () => {
    for (const cause of [new Error('secret'), 'secret', null, { status: 400 }]) {
      const problem = problemOf(cause);
      expect([problem.status, problem.code]).toEqual([500, 'internal']);
      expect(problem.message).not.toContain('secret');
    }
  });
});
