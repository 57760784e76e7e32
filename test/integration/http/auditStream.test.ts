import { once } from 'node:events';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { positionOf } from '../../../src/events/ids.ts';
import type { Past } from '../../../src/projections/past.ts';
import { timeline } from '../../../src/projections/timeline.ts';
import { openHistory } from '../../support/happened.ts';
import type { Person } from '../../support/httpCalls.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
afterEach(() => server.close());

const pageBytes = 200_000;
/** Enough that a server which reads ahead would hold it all before it is asked for a hundredth. */
const manyPages = 1_000;

/** A past of many large pages, made when they are asked for; it fails at a page where it is told to. */
const openLongPast = async (failsAt = Number.POSITIVE_INFINITY) => {
  let read = 0;
  const edited = openHistory().message(1, { type: 'MessageEdited', data: { text: 'x'.repeat(pageBytes) } });
  const row = timeline.apply(null, edited, edited.position);
  if (row === null) throw new Error('each event has a row');
  const events: Past['events'] = async () => {
    read += 1;
    if (read >= failsAt) throw new Error('the disk is gone');
    return { events: [{ ...row, changes: [] }], goOnAfter: read < manyPages ? positionOf(read) : null };
  };
  server = await openHttpServer(({ past }) => ({ past: { ...past, events } }));
  return { pagesRead: () => read };
};

const ask = (auditor: Person): ClientRequest => {
  const headers = { Authorization: `Bearer ${auditor.token}`, Accept: 'application/x-ndjson' };
  return get(`${server.url}/api/v1/audit`, { headers });
};

describe('an export of the audit trail', () => {
  it('is read no faster than it is taken, so that a slow reader costs no memory, and not on when they leave', async () => {
    const { pagesRead } = await openLongPast();
    const auditor = await server.signIn(['auditor']);
    const [response]: IncomingMessage[] = await once(ask(auditor), 'response');
    if (response === undefined) throw new Error('there is no answer');
    // Time enough for a server that doesn't wait: it would be through long before these are answered.
    for (let call = 0; call < 20; call += 1) await auditor.call('GET', '/queue');
    const ahead = pagesRead();
    expect(ahead).toBeLessThan(manyPages / 4);
    response.destroy();
    await once(response, 'close');
    for (let call = 0; call < 20; call += 1) await auditor.call('GET', '/queue');
    expect(pagesRead()).toBeLessThan(manyPages / 4);
  });

  it('breaks off the connection where it fails in the middle, so that nobody takes a part for the whole', async () => {
    await openLongPast(5);
    const auditor = await server.signIn(['auditor']);
    const end = await new Promise((resolve) => {
      const request = ask(auditor);
      request.on('error', resolve);
      request.on('response', (response) => {
        response
          .on('error', resolve)
          .on('end', () => resolve('the whole'))
          .resume();
      });
    });
    expect(end).toMatchObject({ code: 'ECONNRESET' });
  });

  it('is told as a problem where it fails before the first word', async () => {
    await openLongPast(1);
    const auditor = await server.signIn(['auditor']);
    const { status, body } = await auditor.call('GET', '/audit', { headers: { Accept: 'text/csv' } });
    expect([status, body.code]).toEqual([500, 'internal']);
  });
});
