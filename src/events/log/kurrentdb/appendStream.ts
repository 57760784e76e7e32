import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendStream, Connection } from './connection.ts';
import { tookTooLong } from './errors.ts';
import { type AppendAnswer, type AppendRequest, answerOf, appendMessage } from './messages.ts';

/** Sends one append. A rejection says nothing of whether it happened. */
export type SendAppend = (request: AppendRequest) => Promise<AppendAnswer>;

interface Waiting {
  resolve(answer: AppendAnswer): void;
  reject(error: unknown): void;
}

interface Open {
  readonly stream: AppendStream;
  readonly waiting: Map<string, Waiting>;
}

/**
 * All appends of this process go over one call, which answers each as soon as it is done, in any order.
 * When the call fails or ends, those that wait on it are rejected, and they alone; the next append opens
 * another. An answer that nobody waits for (any more) is passed over.
 */
export const openAppendStream = (connection: Connection, server: string) => {
  let current: Promise<Open> | undefined;

  const open = async (): Promise<Open> => {
    const stream = await connection.openAppends();
    const waiting: Open['waiting'] = new Map();
    const fail = (error: unknown): void => {
      current = undefined;
      const rejected = [...waiting.values()];
      waiting.clear();
      for (const { reject } of rejected) reject(error);
    };
    stream.on('data', (message: BatchAppendResp) => {
      const id = message.getCorrelationId()?.getString() ?? '';
      const asked = waiting.get(id);
      waiting.delete(id);
      try {
        asked?.resolve(answerOf(message));
      } catch (error) {
        asked?.reject(error);
      }
    });
    stream.on('error', fail);
    stream.on('end', () => {
      fail(new Error('the server ended the call'));
      stream.end();
    });
    return { stream, waiting };
  };

  const opened = (): Promise<Open> => {
    current ??= open().catch((error: unknown) => {
      current = undefined;
      throw error;
    });
    return current;
  };

  const send: SendAppend = (request) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(
        () => settle(() => reject(tookTooLong(server, 'append'))),
        request.deadline.getTime() - Date.now(),
      );
      let forget = (): void => undefined;
      const settle = (how: () => void): void => {
        clearTimeout(late);
        forget();
        how();
      };
      opened().then(
        ({ stream, waiting }) => {
          if (request.deadline.getTime() <= Date.now()) return;
          forget = () => waiting.delete(request.id);
          waiting.set(request.id, {
            resolve: (answer) => settle(() => resolve(answer)),
            reject: (error) => settle(() => reject(error)),
          });
          // Whether the stream would rather have us wait needn't be asked: what is in flight is bounded.
          stream.write(appendMessage(request));
        },
        (error: unknown) => settle(() => reject(error)),
      );
    });

  const close = async (): Promise<void> => {
    const last = current;
    current = undefined;
    if (last !== undefined) (await last.catch(() => undefined))?.stream.end();
  };
  return { send, close };
};
