import { v7 as uuidV7 } from 'uuid';
import { startOfLog } from '../../ids.ts';
import type { EventLog } from '../eventLog.ts';
import { createHealth } from '../health.ts';
import { identifyLog } from '../identify.ts';
import { parseAddress } from './address.ts';
import { openAppendQueue } from './appendQueue.ts';
import { openAppendStream } from './appendStream.ts';
import { connect } from './connection.ts';
import { canPass, explainFailure, logIsClosed } from './errors.ts';
import { allReading, openPages, readEvents, streamReading } from './pages.ts';
import { subscribe } from './subscribe.ts';
import { defaultTimes, type Times } from './times.ts';

export interface KurrentdbEventLogOptions {
  /** Before the name of each of our streams, so that other programs may use the server too. */
  readonly namespace?: string;
  /** Makes the log's identity; default UUID version 7. */
  readonly newId?: () => string;
  /** Is told what the log overcomes by itself and nobody waits for; default a process warning. */
  readonly report?: (problem: Error) => void;
  readonly times?: Partial<Times>;
}

/**
 * The event log on an EventStoreDB or KurrentDB server, or a cluster of them, for any number of processes on
 * any number of machines.
 * @throws EventLogUnopenable where the URL is wrong, EventLogUnavailable where nobody answers there
 */
export const openKurrentdbEventLog = async (
  url: string,
  options: KurrentdbEventLogOptions = {},
): Promise<EventLog> => {
  const {
    namespace = 'darkroom.',
    newId = uuidV7,
    report = (problem) => process.emitWarning(problem),
  } = options;
  const times = { ...defaultTimes, ...options.times };
  const address = parseAddress(url);
  const server = address.shown;
  const health = createHealth<'connection' | 'appending'>(report);
  const connection = connect(address);
  const ending = new AbortController();
  let closing: Promise<void> | undefined;

  const explain = (error: unknown) =>
    closing === undefined ? explainFailure(server, error) : logIsClosed(server);
  const onSuccess = (): void => health.well('connection');
  const onAppended = (): void => {
    onSuccess();
    health.well('appending');
  };
  const onTrouble = (error: Error): void => {
    if (closing === undefined) health.trouble('connection', error);
  };
  /** That we may not append stays true while reading goes well. */
  const onAppendTrouble = (error: Error): void => {
    if (closing === undefined) health.trouble(canPass(error) ? 'connection' : 'appending', error);
  };
  const parts = { connection, server, namespace, times, explain, onTrouble, onSuccess };

  const fetch = openPages(parts);
  const appends = openAppendStream(connection, server);

  const readStream: EventLog['readStream'] = (stream, { maxCount, ...read } = {}) =>
    readEvents(fetch, streamReading(namespace, stream, read), maxCount);
  const readAll: EventLog['readAll'] = ({ maxCount, ...read } = {}) =>
    readEvents(fetch, allReading(namespace, read), maxCount);
  const head: EventLog['head'] = async () => {
    for await (const { position } of readAll({ direction: 'backwards', maxCount: 1 })) return position;
    return startOfLog;
  };
  const queue = openAppendQueue({
    ...{ server, namespace, times, explain, readStream, onAppended },
    send: appends.send,
    onTrouble: onAppendTrouble,
  });

  const close = async (): Promise<void> => {
    await queue.drained();
    ending.abort();
    await appends.close();
    await connection.close();
  };

  const log = {
    append: async (stream, expected, events) => {
      if (closing !== undefined) throw logIsClosed(server);
      return queue.append(stream, expected, events);
    },
    readStream,
    readAll,
    head,
    subscribe: (subscription) => subscribe({ ...parts, head, closed: ending.signal }, subscription),
    health: health.now,
    close: () => {
      closing ??= close();
      return closing;
    },
  } satisfies Omit<EventLog, 'logId'>;

  try {
    const logId = await identifyLog(log, newId);
    return { ...log, logId };
  } catch (error) {
    await log.close();
    throw error;
  }
};
