import { hostname } from 'node:os';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIdempotency } from '../../../src/api/http/idempotency.ts';
import type { Answer } from '../../../src/api/http/operation.ts';
import { ownInstance } from '../../../src/projections/instance.ts';
import { openTemporaryDocuments, type TemporaryDocuments } from '../../support/temporaryDocuments.ts';

let temporary: TemporaryDocuments;
beforeAll(async () => {
  temporary = await openTemporaryDocuments();
});
afterAll(() => temporary.cleanup());

const request = (key: string) => ({ user: 'ada', key, hash: 'of the request' });
const done: Answer = { status: 202, body: { done: true } };

/** A process of its own that shares the store; it waits no longer than this for another. */
const node = (id: string, host = hostname()) => {
  const clock = { ahead: 0 };
  const idempotency = createIdempotency({
    documents: temporary.documents,
    logger: pino({ enabled: false }),
    now: () => new Date(Date.now() + clock.ahead),
    own: { ...ownInstance(id), host },
    mostWait: 120,
  });
  return { clock, once: idempotency.once };
};

/** Work that goes on until it is told to end. */
const work = () => {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const run = async (): Promise<Answer> => {
    begin();
    await ended;
    return done;
  };
  return { run, begun, end };
};

const refusal = { code: 'request_in_progress', status: 409, headers: { 'Retry-After': '1' } };
const never = async (): Promise<Answer> => {
  throw new Error('ran twice');
};

describe('a request that is still being worked on', () => {
  it('by the same process is refused with 409 and Retry-After after a while, and answered once it is done', async () => {
    const { once } = node('one');
    const { run, begun, end } = work();
    const first = once(request('same'), run);
    await begun;
    await expect(once(request('same'), never)).rejects.toMatchObject(refusal);
    end();
    expect(await first).toEqual(done);
    expect(await once(request('same'), never)).toMatchObject(done);
  });

  it('by a process of another host likewise, and is run again after 30 s', async () => {
    const [here, there] = [node('here'), node('there', 'another host')];
    const { run, begun, end } = work();
    const first = there.once(request('other'), run);
    await begun;
    await expect(here.once(request('other'), never)).rejects.toMatchObject(refusal);
    here.clock.ahead = 30_001;
    expect(await here.once(request('other'), async () => ({ ...done, status: 201 }))).toMatchObject({
      status: 201,
    });
    end();
    expect(await first).toEqual(done);
    expect(await here.once(request('other'), never)).toMatchObject({ status: 201 });
  });
});
