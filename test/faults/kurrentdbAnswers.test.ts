import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startOfLog } from '../../src/events/ids.ts';
import {
  type EventLog,
  EventLogUnavailable,
  EventLogUnopenable,
  type ExpectedRevision,
  WrongExpectedRevision,
} from '../../src/events/log/eventLog.ts';
import {
  type KurrentdbEventLogOptions,
  openKurrentdbEventLog,
} from '../../src/events/log/kurrentdb/kurrentdbEventLog.ts';
import { openEventLog } from '../../src/events/log/openEventLog.ts';
import { allOf, follow } from '../support/followedLog.ts';
import { type Refusal, type StandIn, startStandIn } from '../support/kurrentdb/standIn.ts';
import { newEvent } from '../support/newEvent.ts';
import { until } from '../support/until.ts';

const times = { deadline: 5_000, longestPause: 100, watch: 100, stall: 200 };
const quietly = { report: () => undefined, times };

/** Once, then never again. */
const once = <Answer>(answer: Answer, after: Answer) => {
  let isOver = false;
  return (): Answer => {
    if (isOver) return after;
    isOver = true;
    return answer;
  };
};

describe('an event log on a server that answers oddly', () => {
  let server: StandIn;
  let logs: EventLog[];
  const open = async (options: KurrentdbEventLogOptions = quietly): Promise<EventLog> => {
    const log = await openKurrentdbEventLog(server.url, options);
    logs.push(log);
    return log;
  };
  beforeEach(async () => {
    logs = [];
    server = await startStandIn();
  });
  afterEach(async () => {
    for (const log of logs) await log.close();
    await server.stop();
  });

  /** What another program on the same server writes. */
  const writeForeign = (count: number, stream = 'orders-1') => {
    const event = { type: 'Ordered', contentType: 'application/json', metadata: Buffer.alloc(0) };
    for (let n = 0; n < count; n += 1)
      server.log.append(stream, 'any', [{ ...event, id: newEvent().id, data: Buffer.from('not ours') }]);
  };

  describe('whose answer to an append is lost', () => {
    const refusal: Refusal = { code: status.UNAVAILABLE, details: 'gone' };

    it.each<[ExpectedRevision, number]>([
      ['no_stream', 0],
      [1, 2],
      ['any', 2],
      ['exists', 2],
    ])(
      'takes it for done where it was done (expecting %j), and writes nothing twice',
      async (expected, before) => {
        const log = await open();
        for (let n = 0; n < before; n += 1) await log.append('job-1', 'any', [newEvent()]);
        server.behaviour.loseAnswer = once(true, false);
        const events = [newEvent(), newEvent()];
        const appended = await log.append('job-1', expected, events);
        const read = await allOf(log.readStream('job-1'));
        expect(read.map(({ id }) => id).slice(before)).toEqual(events.map(({ id }) => id));
        expect(appended).toEqual({ revision: before + 1, position: read.at(-1)?.position });
      },
    );

    it.each<[ExpectedRevision, number]>([
      ['no_stream', 0],
      [1, 2],
      ['any', 2],
      ['exists', 2],
    ])(
      'finds itself (expecting %j) though others have appended since and the server forgot',
      async (expected, before) => {
        const log = await open();
        for (let n = 0; n < before; n += 1) await log.append('job-1', 'any', [newEvent()]);
        server.behaviour.loseAnswer = () => {
          server.behaviour.loseAnswer = () => false;
          for (let n = 0; n < 3; n += 1) server.log.append('darkroom.job-1', 'any', [proposed()]);
          server.log.forget();
          return true;
        };
        const event = newEvent();
        const appended = await log.append('job-1', expected, [event]);
        const read = await allOf(log.readStream('job-1'));
        expect(read.filter(({ id }) => id === event.id)).toMatchObject([appended]);
        expect(read).toHaveLength(before + 4);
      },
    );

    it('tells a conflict from its own success where another was first', async () => {
      const log = await open();
      server.behaviour.refuse = once<Refusal | null>(refusal, null);
      const refused = log.append('job-1', 'no_stream', [newEvent()]);
      server.log.append('darkroom.job-1', 'any', [proposed()]);
      await expect(refused).rejects.toThrow(WrongExpectedRevision);
      expect(await allOf(log.readStream('job-1'))).toHaveLength(1);
    });

    const proposed = () => ({
      ...{ id: newEvent().id, type: 'SomethingHappened', contentType: 'application/json' },
      ...{ data: Buffer.from('{}'), metadata: Buffer.from(JSON.stringify(newEvent().metadata)) },
    });
  });

  it('takes no harm of answers and events that come twice', async () => {
    server.behaviour.twice = true;
    const log = await open();
    const seen = follow(log, startOfLog);
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => log.append(`job-${n}`, 'no_stream', [newEvent(), newEvent()])),
    );
    const all = await allOf(log.readAll());
    expect(all).toHaveLength(201);
    await until(() => expect(seen.events).toEqual(all));
    await seen.stop();
  });

  it('reads back the position where an append is answered without one', async () => {
    const log = await open();
    server.behaviour.appendPositions = false;
    const { position } = await log.append('job-1', 'no_stream', [newEvent(), newEvent()]);
    expect(position).toBe(await log.head());
  });

  it('refuses a server that is too old to tell positions, by one sentence', async () => {
    server.behaviour.readPositions = false;
    await open().then(
      () => expect.unreachable(),
      (cause: unknown) =>
        expect(cause).toMatchObject({ message: expect.stringMatching(/22\.6 or later\.$/) }),
    );
  });

  it('says that it caught up on a server that doesn’t', async () => {
    server.behaviour.caughtUp = false;
    const log = await open();
    const seen = follow(log, startOfLog);
    await until(() => expect(seen.caughtUp).toEqual([seen.events.at(-1)?.position]));
    const { position } = await log.append('job-1', 'no_stream', [newEvent()]);
    await until(() => expect(seen.caughtUp.at(-1)).toBe(position));
    expect(seen.events).toHaveLength(2);
    await seen.stop();
  });

  it.each<[string, Refusal | undefined]>([
    ['ends it without an error', undefined],
    ['goes away', { code: status.UNAVAILABLE, details: 'server is shutting down' }],
    ['drops it for being slow', { code: status.ABORTED, details: 'too slow' }],
    ['fails', { code: status.INTERNAL, details: 'oh' }],
  ])('goes on with a subscription where it was when the server %s', async (_, how) => {
    const log = await open();
    const seen = follow(log, startOfLog);
    for (let time = 0; time < 5; time += 1) {
      const { position } = await log.append('job-1', 'any', [newEvent(), newEvent()]);
      await until(() => expect(seen.events.at(-1)?.position).toBe(position));
      const before = server.subscribedAfter.length;
      server.endSubscriptions(how);
      await until(() => expect(server.subscribedAfter.length).toBeGreaterThan(before));
    }
    await log.append('job-1', 'any', [newEvent()]);
    await until(() => expect(seen.events).toHaveLength(12));
    expect(seen.events).toEqual(await allOf(log.readAll()));
    await seen.stop();
  });

  it('notices a subscription that is silent though it has something to say, and begins it anew', async () => {
    const log = await open();
    const seen = follow(log, startOfLog);
    await until(() => expect(seen.caughtUp).toHaveLength(1));
    server.behaviour.silent = true;
    await log.append('job-1', 'no_stream', [newEvent()]);
    await until(() => expect(log.health().reason).toMatch(/silent/));
    server.behaviour.silent = false;
    await until(() => expect(seen.events).toHaveLength(2));
    await until(() => expect(log.health().state).toBe('ready'));
    await seen.stop();
  });

  it('passes over 10,000 events of another program, and doesn’t have them looked through again', async () => {
    const log = await open();
    const seen = follow(log, startOfLog);
    await until(() => expect(seen.caughtUp).toHaveLength(1));
    writeForeign(10_000);
    const end = server.log.all.at(-1)?.position ?? 0;
    // It is told how far it is in windows: within one of the end it must begin again.
    await until(() => {
      server.endSubscriptions();
      expect(server.subscribedAfter.at(-1)).toBeGreaterThan(end - 600 * 200);
    });
    const { position } = await log.append('job-1', 'no_stream', [newEvent()]);
    await until(() => expect(seen.events.at(-1)?.position).toBe(position));
    expect(seen.events).toHaveLength(2);
    expect(await log.head()).toBe(position);
    await seen.stop();
  });

  it('reads nothing of other programs and of the server, both ways', async () => {
    writeForeign(100);
    const log = await open();
    writeForeign(1_000);
    await log.append('job-1', 'no_stream', [newEvent()]);
    writeForeign(1_000);
    await log.append('job-2', 'no_stream', [newEvent()]);
    writeForeign(10, '$stats');
    const forwards = await allOf(log.readAll());
    expect(forwards.map(({ stream }) => stream)).toEqual(['log', 'job-1', 'job-2']);
    expect(await allOf(log.readAll({ direction: 'backwards' }))).toEqual(forwards.toReversed());
  });

  it('holds no more of the log in memory than a page, however slow the consumer is', async () => {
    const log = await open();
    await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        log.append(
          `job-${n}`,
          'no_stream',
          Array.from({ length: 100 }, () => newEvent({ text: 'x'.repeat(1_000) })),
        ),
      ),
    );
    const end = new AbortController();
    let seen = 0;
    for await (const item of log.subscribe({ after: startOfLog, signal: end.signal })) {
      if (item.kind !== 'events') break;
      expect(item.events.length).toBeLessThanOrEqual(1_100);
      seen += item.events.length;
      await new Promise((resolve) => setTimeout(resolve, 20));
      // What was sent and not yet taken: a page, and what lies in sockets.
      expect(server.sentEvents() - seen).toBeLessThan(4_000);
    }
    expect(seen).toBe(20_001);
  });

  it('gives a new log one identity, however many processes open it at once', async () => {
    const opened = await Promise.all(Array.from({ length: 8 }, () => open()));
    expect(new Set(opened.map(({ logId }) => logId)).size).toBe(1);
    const [first] = opened;
    expect(await allOf(first?.readStream('log') ?? (async function* () {})())).toHaveLength(1);
  });

  it('follows its cluster to the new leader', async () => {
    const log = await open();
    const seen = follow(log, startOfLog);
    await log.append('job-1', 'no_stream', [newEvent()]);
    const leader = await startStandIn({ log: server.log });
    try {
      server.behaviour.refuse = () => ({
        code: status.NOT_FOUND,
        details: 'Leader info available',
        headers: {
          exception: 'not-leader',
          'leader-endpoint-host': '127.0.0.1',
          'leader-endpoint-port': String(leader.port),
        },
      });
      server.endSubscriptions();
      await log.append('job-1', 0, [newEvent()]);
      await until(() => expect(seen.events).toHaveLength(3));
      expect(leader.subscribedAfter.length).toBeGreaterThan(0);
      await seen.stop();
      await log.close();
    } finally {
      await leader.stop();
    }
  });

  it('survives that one call after the other fails while its cluster is looked for in vain', async () => {
    const url = `esdb+discover://127.0.0.1:${server.port}?tls=false&maxDiscoverAttempts=3`;
    const log = await openKurrentdbEventLog(url, quietly);
    logs.push(log);
    const followers = [follow(log, startOfLog), follow(log, startOfLog)];
    for (const seen of followers) await until(() => expect(seen.caughtUp).toHaveLength(1));
    let asked = 0;
    server.behaviour.refuse = () => {
      asked += 1;
      return { code: status.UNAVAILABLE, details: 'no leader yet' };
    };
    const gone = { code: status.UNAVAILABLE, details: 'gone' };
    server.endSubscriptions(gone, 1);
    await until(() => expect(asked).toBe(1));
    server.endSubscriptions(gone);
    await until(() => expect(asked).toBeGreaterThan(6));
    server.behaviour.refuse = () => null;
    const { position } = await log.append('job-1', 'no_stream', [newEvent()]);
    for (const seen of followers) {
      await until(() => expect(seen.events.at(-1)?.position).toBe(position));
      await seen.stop();
    }
  });

  it.each<[string, Refusal, RegExp]>([
    [
      'denies access',
      { code: status.PERMISSION_DENIED, details: 'Access Denied', headers: { exception: 'access-denied' } },
      /denies us access; give EVENT_LOG_URL a user and password/,
    ],
    ['knows no password', { code: status.UNAUTHENTICATED, details: 'UnAuthenticated' }, /denies us access/],
    ['is too old', { code: status.UNIMPLEMENTED, details: 'unknown' }, /must be EventStoreDB 22\.6 or later/],
  ])('tells at once by a sentence that says what to do that the server %s', async (_, refusal, sentence) => {
    const log = await open();
    let asked = 0;
    server.behaviour.refuse = () => {
      asked += 1;
      return refusal;
    };
    const refused = await log.append('job-1', 'no_stream', [newEvent()]).catch((cause: unknown) => cause);
    expect(refused).toBeInstanceOf(EventLogUnavailable);
    expect(refused).toMatchObject({ message: expect.stringMatching(sentence) });
    expect(asked).toBe(1);
    expect(log.health()).toMatchObject({ state: 'interrupted', reason: expect.stringMatching(sentence) });
  });

  it.each<[string, RegExp]>([
    ['MaximumAppendSizeExceeded', /takes no append of that size/],
    ['AccessDenied', /does not let us append; give EVENT_LOG_URL a user/],
    ['StreamDeleted', /has been deleted/],
  ])('tells at once why an append is declined (%s), and does the next', async (why, sentence) => {
    const log = await open();
    server.behaviour.decline = () => why;
    await expect(log.append('job-1', 'no_stream', [newEvent()])).rejects.toThrow(sentence);
    server.behaviour.decline = () => null;
    await log.append('job-1', 'no_stream', [newEvent()]);
    expect(log.health().state).toBe('ready');
  });

  it('tries again what the server had no time for, or could not do', async () => {
    const log = await open();
    for (const why of ['Timeout', 'Unknown']) {
      server.behaviour.decline = once<string | null>(why, null);
      await log.append(`job-${why}`, 'no_stream', [newEvent()]);
    }
    expect(await allOf(log.readAll())).toHaveLength(3);
  });

  it.each<[string, RegExp]>([
    ['mysql://x', /begins with "mysql:"/],
    ['esdb://', /it must be like esdb:\/\/host/],
    ['esdb://host:port', /it must be like esdb:\/\/host/],
    ['esdb://host:2113?tls=perhaps', /it must be like esdb:\/\/host/],
    ['esdb://ada:secret@host:2113?colour=red', /"colour" is no setting of it/],
    ['esdb://host:2113?tlsCAFile=/no/such/file', /the file that tlsCAFile names can not be read/],
    ['esdb://host:2113?userCertFile=/etc/hosts', /userCertFile and userKeyFile belong together/],
  ])('refuses the URL %s by one sentence', async (url, sentence) => {
    const refused = await openEventLog(url).catch((cause: unknown) => cause);
    expect(refused).toBeInstanceOf(EventLogUnopenable);
    const { message } = refused as EventLogUnopenable;
    expect(message).toMatch(sentence);
    expect(message).not.toMatch(/secret|\n/);
  });

  it.each([
    ['nobody listens', 'esdb://127.0.0.1:1?tls=false', /127\.0\.0\.1:1 can not be reached/],
    ['no TLS is spoken', '', /does not speak TLS; add tls=false/],
  ])('says where it can not be opened because %s', async (_, url, sentence) => {
    const to = url === '' ? `kurrentdb://127.0.0.1:${server.port}` : url;
    const refused = await openKurrentdbEventLog(to, { ...quietly, times: { deadline: 1_000 } }).catch(
      (cause: unknown) => cause,
    );
    expect(refused).toBeInstanceOf(EventLogUnavailable);
    expect(refused).toMatchObject({ message: expect.stringMatching(sentence) });
  });
});
