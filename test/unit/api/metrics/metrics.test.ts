import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../../src/api/metrics/createMetrics.ts';
import { routeOf } from '../../../../src/api/metrics/http.ts';
import { watchLog, watchSweep } from '../../../../src/api/metrics/watch.ts';
import type { Commands } from '../../../../src/commands/commands.ts';
import { DomainError } from '../../../../src/commands/errors.ts';
import type { Position } from '../../../../src/events/ids.ts';
import {
  type EventLog,
  EventLogUnavailable,
  WrongExpectedRevision,
} from '../../../../src/events/log/eventLog.ts';
import type { StreamName } from '../../../../src/events/streams.ts';
import {
  type DocumentStore,
  DocumentStoreUnavailable,
  LeaseLost,
} from '../../../../src/projections/documents/documentStore.ts';
import type { ProjectionHealth } from '../../../../src/projections/tracks.ts';
import { newEvent } from '../../../support/newEvent.ts';
import { readScrape } from '../../../support/scrape.ts';

const stream = 'message-1' as StreamName;
const position = (at: number) => String(at).padStart(20, '0') as Position;

/** A log and one projection, each of which the test moves as it likes. */
const openWatched = () => {
  const metrics = createMetrics(pino({ level: 'silent' }));
  const at = { head: 7 as number | null, written: 7, quietMs: 0, state: 'running' as 'running' | 'stopped' };
  const head = async () => {
    if (at.head === null) throw new EventLogUnavailable('it is away');
    return position(at.head);
  };
  const health = (): ProjectionHealth[] => [
    {
      ...{ name: 'messages_1', state: at.state, reason: null },
      ...{ position: position(at.written), quietMs: at.quietMs, indigestible: null },
    },
  ];
  const well = { state: 'ready', reason: null, since: null } as const;
  watchLog(metrics.gauges, { head, health: () => well }, { health });
  const read = async () => {
    const { value } = readScrape((await metrics.exposition()).text);
    const of = (name: string) => value(name, { projection: 'messages_1' });
    return {
      ready: value('darkroom_event_log_ready'),
      lag: of('darkroom_projection_lag_places'),
      quiet: of('darkroom_projection_quiet_seconds'),
      running: of('darkroom_projection_running'),
    };
  };
  return { at, read };
};

describe('how far a projection is behind', () => {
  it('is nothing while nothing happens, however long ago its last event was', async () => {
    const { at, read } = openWatched();
    at.quietMs = 90_000;
    expect(await read()).toEqual({ ready: 1, lag: 0, quiet: 90, running: 1 });
  });

  it('grows while it is stuck', async () => {
    const { at, read } = openWatched();
    Object.assign(at, { head: 12, quietMs: 5_000, state: 'stopped' });
    expect(await read()).toEqual({ ready: 1, lag: 5, quiet: 5, running: 0 });
    Object.assign(at, { head: 4_000, quietMs: 6_000 });
    expect(await read()).toEqual({ ready: 1, lag: 3_993, quiet: 6, running: 0 });
  });

  it('is unknown while the log can not be reached, never what it was before', async () => {
    const { at, read } = openWatched();
    at.head = 9;
    expect(await read()).toMatchObject({ ready: 1, lag: 2 });
    Object.assign(at, { head: null, quietMs: 3_000 });
    expect(await read()).toEqual({ ready: 0, lag: undefined, quiet: 3, running: 1 });
    at.head = 9;
    expect(await read()).toMatchObject({ ready: 1, lag: 2 });
  });

  it('is exact where positions are larger than a number can be', async () => {
    const { at, read } = openWatched();
    at.head = 2 ** 53;
    at.written = 2 ** 53 - 1;
    expect(await read()).toMatchObject({ lag: 1 });
  });
});

describe('metrics', () => {
  it('are told all the same where a part throws when it is read', async () => {
    const metrics = createMetrics(pino({ level: 'silent' }));
    const broken = () => {
      throw new Error('broken');
    };
    const collecting = () => ({ collected: 0, quietMs: 0, reason: null });
    watchSweep(metrics.gauges, { sweep: broken, queueing: () => ({ leads: true }), collecting });
    const { names, value } = readScrape((await metrics.exposition()).text);
    expect(names).toContain('darkroom_submissions_total');
    expect(value('darkroom_queueing_leads')).toBeNaN();
  });
});

describe('the route of a request', () => {
  it.each([
    ['/api/v1/jobs/17?asOf=1', '/jobs/:id', '/api/v1/jobs/:id'],
    ['/readyz', '/readyz', '/readyz'],
    ['/api/v1/secret', undefined, 'none'],
    ['/assets/index.js', undefined, 'page'],
  ])('of %s is a pattern', (address, pattern, route) => {
    expect(routeOf(address, pattern)).toBe(route);
  });
});

describe('appends', () => {
  it('are counted as appended, as a conflict or as failed, and what they say only where it was appended', async () => {
    const metrics = createMetrics(pino({ level: 'silent' }));
    const news = [newEvent()];
    const outcomes: EventLog['append'][] = [
      async () => ({ revision: 0, position: position(1) }),
      () => Promise.reject(new WrongExpectedRevision(stream, 0, 1)),
      () => Promise.reject(new EventLogUnavailable('away')),
      () => Promise.reject(new EventLogUnavailable('away')),
    ];
    for (const append of outcomes)
      await metrics
        .measureLog({ append })
        .append(stream, 0, news)
        .catch(() => undefined);
    const { value } = readScrape((await metrics.exposition()).text);
    const counts = ['appended', 'conflict', 'failed'].map((outcome) =>
      value('darkroom_event_log_append_seconds_count', { outcome }),
    );
    expect(counts).toEqual([1, 1, 2]);
    expect(value('darkroom_events_appended_total', { type: 'SomethingHappened' })).toBe(1);
  });
});

describe('batches of documents', () => {
  it('are counted as written, as failed, or as fenced off by another process', async () => {
    const metrics = createMetrics(pino({ level: 'silent' }));
    for (const cause of [null, new LeaseLost('messages_1'), new DocumentStoreUnavailable('away')]) {
      const write: DocumentStore['write'] = () =>
        cause === null ? Promise.resolve() : Promise.reject(cause);
      const documents = metrics.measureDocuments({ write });
      await documents.write([], []).catch((thrown: unknown) => expect(thrown).toBe(cause));
    }
    const { value } = readScrape((await metrics.exposition()).text);
    const counts = ['written', 'failed', 'fenced'].map((outcome) =>
      value('darkroom_projection_batches_total', { outcome }),
    );
    expect(counts).toEqual([1, 1, 1]);
  });
});

describe('a picture asked for', () => {
  const context = {} as Parameters<Commands['retryJob']>[0];
  const id = 'job' as Parameters<Commands['retryJob']>[1];
  const retried = async (cause: Error | null) => {
    const metrics = createMetrics(pino({ level: 'silent' }));
    const retryJob: Commands['retryJob'] = async () => {
      if (cause !== null) throw cause;
      return { jobId: id, position: position(1) };
    };
    const commands = metrics.countSubmissions({ retryJob } as Commands);
    await commands.retryJob(context, id).catch((thrown: unknown) => expect(thrown).toBe(cause));
    const { value } = readScrape((await metrics.exposition()).text);
    return ['accepted', 'refused', 'limited', 'failed'].map((outcome) =>
      value('darkroom_submissions_total', { outcome }),
    );
  };

  it('is accepted, refused by a rule, kept out by a limit, or failed by the server', async () => {
    expect(await retried(null)).toEqual([1, 0, 0, 0]);
    expect(await retried(new DomainError('job_not_retryable', 'No.'))).toEqual([0, 1, 0, 0]);
    expect(await retried(new DomainError('quota_exceeded', 'No.'))).toEqual([0, 0, 1, 0]);
    expect(await retried(new DomainError('queue_full', 'No.'))).toEqual([0, 0, 1, 0]);
    expect(await retried(new DomainError('too_many_conflicts', 'No.'))).toEqual([0, 0, 0, 1]);
    expect(await retried(new EventLogUnavailable('away'))).toEqual([0, 0, 0, 1]);
  });
});
