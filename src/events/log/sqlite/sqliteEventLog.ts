import { resolve } from 'node:path';
import { v7 as uuidV7 } from 'uuid';
import { keepThread } from '../../../sqlite/keepThread.ts';
import { startThread, type Thread } from '../../../sqlite/thread.ts';
import { walBytes } from '../../../sqlite/walBytes.ts';
import { type LogId, positionOf } from '../../ids.ts';
import type { EventLog, RecordedEvent } from '../eventLog.ts';
import { createHealth } from '../health.ts';
import { identifyLog } from '../identify.ts';
import { openAppendQueue, type SendGroup } from './appendQueue.ts';
import { explainFailure, logIsClosed } from './errors.ts';
import { gatherReads } from './gatherReads.ts';
import { openNews } from './news.ts';
import { allRequest, type FetchPage, readEvents, streamRequest } from './pages.ts';
import type { ReaderNotice, ReaderOperations } from './readerThread.ts';
import { subscribe } from './subscribe.ts';
import type { WriterNotice, WriterOperations } from './writerThread.ts';

export interface SqliteEventLog extends EventLog {
  walBytes(): Promise<number>;
}

export interface SqliteEventLogOptions {
  /** Makes the log's identity; default UUID version 7. */
  readonly newId?: () => string;
  /** How long an append waits for another process' write lock, in milliseconds. */
  readonly lockPatience?: number;
  /** Is told what the log overcomes by itself and nobody waits for; default a process warning. */
  readonly report?: (problem: Error) => void;
}

/**
 * The event log in one SQLite file, for one process or several on one machine. The main thread never
 * touches SQLite: one thread writes, another reads, and both answer with promises.
 * @throws EventLogUnopenable where the file can't be used; it is left as it was.
 */
export const openSqliteEventLog = async (
  path: string,
  options: SqliteEventLogOptions = {},
): Promise<SqliteEventLog> => {
  const file = resolve(path);
  const {
    newId = uuidV7,
    lockPatience = 30_000,
    report = (problem) => process.emitWarning(problem),
  } = options;
  const besides = import.meta.url;
  const news = openNews();
  const health = createHealth<'writing' | 'reading'>(report);
  let watchers = 0;
  let closing: Promise<void> | undefined;

  const onNotice = (notice: unknown): void => {
    const told = notice as ReaderNotice | WriterNotice;
    if (told.kind === 'head') news.tell(told.head);
    else report(new Error(`Event log ${file}: ${told.message}`));
  };
  /** Starts a thread and has it open the file; one that can't is stopped. */
  const start = async <Ops extends WriterOperations | ReaderOperations>(
    thread: Thread<Ops>,
    open: () => Promise<unknown>,
  ): Promise<Thread<Ops>> => {
    try {
      await open();
      return thread;
    } catch (error) {
      await thread.stop();
      throw error;
    }
  };
  const startWriter = () => {
    const thread = startThread<WriterOperations>({ besides, name: 'writerThread', onNotice });
    return start(thread, () => thread.call('open', { file }));
  };
  const startReader = () => {
    // When the reader crashes, subscriptions that wait for its news read again, and so start it again.
    const onEnd = (): void => news.wake();
    const thread = startThread<ReaderOperations>({ besides, name: 'readerThread', onNotice, onEnd });
    return start(thread, async () => {
      await thread.call('open', { file });
      if (watchers > 0) await thread.call('watch', { on: true });
    });
  };

  const failed = (error: unknown): never => {
    throw closing === undefined ? explainFailure(file, error) : logIsClosed(file);
  };
  const writer = await keepThread(startWriter).catch(failed);
  const reader = await keepThread(startReader).catch(async (error: unknown) => {
    await writer.stop();
    return failed(error);
  });

  const sendGroup: SendGroup = async (appends, patience) => {
    try {
      const outcomes = await writer.call('append', { appends, patience });
      health.well('writing');
      return outcomes;
    } catch (error) {
      const explained = explainFailure(file, error);
      health.trouble('writing', explained);
      throw explained;
    }
  };
  const queue = openAppendQueue(sendGroup, lockPatience);
  const readPage = gatherReads((requests) => reader.call('pages', requests));
  const fetch: FetchPage = async (request) => {
    const { json, isLast, head } = await readPage(request).catch(failed);
    health.well('reading');
    news.tell(head);
    return { events: JSON.parse(json) as RecordedEvent[], isLast, head };
  };
  const setWatch = (on: boolean): void => {
    reader.call('watch', { on }).catch((error: unknown) => {
      if (closing === undefined) report(explainFailure(file, error));
    });
  };
  const watch = () => {
    watchers += 1;
    if (watchers === 1) setWatch(true);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      watchers -= 1;
      if (watchers === 0) setWatch(false);
    };
  };
  const close = async (): Promise<void> => {
    await queue.drained();
    news.wake();
    await reader.call('close');
    await reader.stop();
    await writer.call('close');
    await writer.stop();
  };

  const log = {
    isConsecutive: true,
    append: async (stream, expected, events) => {
      if (closing !== undefined) throw logIsClosed(file);
      const appended = await queue.append(stream, expected, events);
      news.tell(Number(appended.position));
      return appended;
    },
    readStream: (stream, { maxCount, ...read } = {}) =>
      readEvents(fetch, streamRequest(stream, read), maxCount),
    readAll: ({ maxCount, ...read } = {}) => readEvents(fetch, allRequest(read), maxCount),
    head: async () => positionOf(await reader.call('head').catch(failed)),
    subscribe: (subscription) =>
      subscribe(
        { fetch, news, watch, report: (problem) => health.trouble('reading', problem) },
        subscription,
      ),
    health: health.now,
    walBytes: () => walBytes(file),
    close: () => {
      closing ??= close();
      return closing;
    },
  } satisfies Omit<SqliteEventLog, 'logId'>;

  try {
    const logId: LogId = await identifyLog(log, newId);
    return { ...log, logId };
  } catch (error) {
    await log.close();
    throw error;
  }
};
