import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startOfLog } from '../../src/events/ids.ts';
import { type EventLog, EventLogUnavailable, type NewEvent } from '../../src/events/log/eventLog.ts';
import { openKurrentdbEventLog } from '../../src/events/log/kurrentdb/kurrentdbEventLog.ts';
import type { Times } from '../../src/events/log/kurrentdb/times.ts';
import { allOf, follow } from '../support/followedLog.ts';
import { openHttpServer } from '../support/httpServer.ts';
import { type StandInProcess, startStandInProcess } from '../support/kurrentdb/standInProcess.ts';
import { newEvent } from '../support/newEvent.ts';
import { openRoughLine, type RoughLine } from '../support/roughLine.ts';
import { until } from '../support/until.ts';

describe('an event log on a server that goes away', () => {
  let folder: string;
  let server: StandInProcess;
  let line: RoughLine;
  let log: EventLog;
  let problems: Error[];
  const open = (times: Partial<Times> = {}) =>
    openKurrentdbEventLog(`esdb://127.0.0.1:${line.port}?tls=false`, {
      times: { deadline: 150_000, longestPause: 200, ...times },
      report: (problem) => problems.push(problem),
    });
  beforeEach(async () => {
    problems = [];
    folder = mkdtempSync(join(tmpdir(), 'darkroom-faults-'));
    server = await startStandInProcess({ file: join(folder, 'events.jsonl') });
    line = await openRoughLine(() => server.port);
    log = await open();
  });
  afterEach(async () => {
    await log.close();
    await line.close();
    await server.kill();
    rmSync(folder, { recursive: true });
  });

  /** Appends without end, in every way of expecting, until told to stop; every answer is remembered. */
  const appendOn = () => {
    const acknowledged = new Set<string>();
    let isStopped = false;
    const appending = Promise.all(
      Array.from({ length: 12 }, async (_, writer) => {
        const stream = `job-${writer % 6}` as const;
        const own = `message-${writer}` as const;
        for (let revision = -1; !isStopped; revision += 2) {
          const shared = newEvent({}, v7());
          await log.append(stream, 'any', [shared]);
          acknowledged.add(shared.id);
          const pair = [newEvent(), newEvent()];
          const appended = await log.append(own, revision === -1 ? 'no_stream' : revision, pair);
          expect(appended.revision).toBe(revision + 2);
          for (const { id } of pair) acknowledged.add(id);
        }
      }),
    );
    const stop = async (): Promise<void> => {
      isStopped = true;
      await appending;
    };
    return { acknowledged, stop };
  };

  const expectAllOnce = async (acknowledged: ReadonlySet<string>): Promise<void> => {
    const events = (await allOf(log.readAll())).filter(({ stream }) => stream !== 'log');
    expect(events.map(({ id }) => id).toSorted()).toEqual([...acknowledged].toSorted());
    const revisions = new Map<string, number>();
    for (const { stream, revision } of events) {
      expect(revision).toBe((revisions.get(stream) ?? -1) + 1);
      revisions.set(stream, revision);
    }
  };

  it('has every acknowledged append once, and gives each once in order, after SIGKILL again and again', async () => {
    const seen = follow(log, startOfLog);
    const appending = appendOn();
    for (let time = 0; time < 3; time += 1) {
      const before = appending.acknowledged.size;
      await until(() => expect(appending.acknowledged.size).toBeGreaterThan(before + 300));
      await server.kill();
      await server.startAgain();
    }
    await appending.stop();
    await expectAllOnce(appending.acknowledged);
    const all = (await allOf(log.readAll())).map(({ position }) => position);
    await until(() => expect(seen.events).toHaveLength(all.length));
    expect(seen.events.map(({ position }) => position)).toEqual(all);
    await seen.stop();
    await until(() => expect(log.health().state).toBe('ready'));
  });

  it('has every acknowledged append once, and gives each once in order, over a line that breaks without end', async () => {
    const seen = follow(log, startOfLog);
    const appending = appendOn();
    for (let time = 0; time < 15; time += 1) {
      const before = appending.acknowledged.size;
      await until(() => expect(appending.acknowledged.size).toBeGreaterThan(before + 50));
      line.cut();
    }
    await appending.stop();
    await expectAllOnce(appending.acknowledged);
    const all = (await allOf(log.readAll())).map(({ position }) => position);
    await until(() => expect(seen.events).toHaveLength(all.length));
    expect(seen.events.map(({ position }) => position)).toEqual(all);
    await seen.stop();
  });

  it('says what is the matter while the server is away, refuses in time, and goes on by itself', async () => {
    await log.close();
    log = await open({ deadline: 1_000 });
    const seen = follow(log, startOfLog);
    await until(() => expect(seen.caughtUp).toHaveLength(1));
    line.down();
    await until(() => expect(log.health().state).toBe('interrupted'));
    expect(log.health()).toMatchObject({
      reason: expect.stringMatching(
        /^The event log server 127\.0\.0\.1:\d+ can not be reached .*see that it runs/,
      ),
      since: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    await expect(log.append('job-1', 'no_stream', [newEvent()])).rejects.toThrow(EventLogUnavailable);
    await expect(log.head()).rejects.toThrow(/can not be reached/);
    line.mend();
    const { position } = await log.append('job-2', 'no_stream', [newEvent()]);
    await until(() => expect(seen.events.at(-1)?.position).toBe(position));
    expect(log.health()).toEqual({ state: 'ready', reason: null, since: null });
    // What goes on and on is told once each time, not at each try.
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThan(20);
    await seen.stop();
  });

  it('tells at /readyz what is the matter, and when it has passed', async () => {
    const http = await openHttpServer(() => ({ log }));
    try {
      const ready = async () => {
        const { status, body } = await http.call('GET', '/readyz');
        return { status, parts: body.parts };
      };
      line.down();
      const reason = expect.stringMatching(/can not be reached .*see that it runs/);
      const away = { status: 503, parts: { eventLog: { state: 'not_ready', reason } } };
      await until(async () => expect(await ready()).toMatchObject(away));
      line.mend();
      const well = { status: 200, parts: { eventLog: { state: 'ready', reason: null } } };
      await until(async () => expect(await ready()).toMatchObject(well));
    } finally {
      await http.close();
    }
  });

  it('does not wait for ever where whatever is sent is swallowed, and writes nothing twice', async () => {
    await log.close();
    log = await open({ deadline: 1_000 });
    const event = newEvent();
    line.rough.isFrozen = true;
    await expect(log.append('job-1', 'any', [event])).rejects.toThrow(/in time|can not be reached/);
    await expect(log.head()).rejects.toThrow(/in time|can not be reached/);
    line.mend();
    await log.append('job-1', 'any', [event]);
    expect(await allOf(log.readStream('job-1'))).toHaveLength(1);
  });

  it('does not wait for ever for a frozen server, and writes once what lands when it goes on', async () => {
    await log.close();
    log = await open({ deadline: 1_000 });
    const seen = follow(log, startOfLog);
    await until(() => expect(seen.caughtUp).toHaveLength(1));
    const given = (['any', 'no_stream'] as const).map((expected) => ({
      append: (events: readonly NewEvent[]) => log.append(`job-${expected}`, expected, events),
      events: [newEvent(), newEvent()],
    }));
    server.freeze();
    for (const { append, events } of given) await expect(append(events)).rejects.toThrow(/in time/);
    server.thaw();
    for (const { append, events } of given) expect(await append(events)).toMatchObject({ revision: 1 });
    await until(() => expect(seen.events).toHaveLength(5));
    expect(await allOf(log.readAll())).toEqual(seen.events);
    await seen.stop();
  });

  it('appends, reads and follows over a slow line', async () => {
    line.rough.delayMs = 50;
    const seen = follow(log, startOfLog);
    await Promise.all(
      Array.from({ length: 200 }, (_, n) => log.append(`job-${n}`, 'no_stream', [newEvent()])),
    );
    await until(() => expect(seen.events).toHaveLength(201));
    expect(await allOf(log.readAll())).toEqual(seen.events);
    await seen.stop();
  });

  it('ends a subscription at once that waits for a server that is away', async () => {
    const seen = follow(log, startOfLog);
    await until(() => expect(seen.caughtUp).toHaveLength(1));
    line.down();
    await until(() => expect(log.health().state).toBe('interrupted'));
    const begun = performance.now();
    await seen.stop();
    expect(performance.now() - begun).toBeLessThan(10_000);
    line.mend();
  });

  it('survives the loss of a cluster: looks for it, and finds it again', async () => {
    const seen = follow(log, startOfLog);
    const url = `esdb+discover://127.0.0.1:${server.port}?tls=false&maxDiscoverAttempts=2`;
    const member = await openKurrentdbEventLog(url, {
      times: { deadline: 5_000, longestPause: 200 },
      report: (problem) => problems.push(problem),
    });
    const following = follow(member, startOfLog);
    await until(() => expect(following.caughtUp).toHaveLength(1));
    await server.kill();
    await until(() => expect(member.health().state).toBe('interrupted'));
    await Promise.all(
      Array.from({ length: 20 }, () =>
        expect(member.append('job-1', 'any', [newEvent()])).rejects.toThrow(EventLogUnavailable),
      ),
    );
    await server.startAgain();
    await until(() => member.append('job-2', 'any', [newEvent()]));
    await until(() => expect(following.events.length).toBeGreaterThan(1));
    await until(() => expect(seen.events).toEqual(following.events));
    await following.stop();
    await seen.stop();
    await member.close();
  });
});
