import type { DeliveryReadModel } from '../../src/api/delivery/pages.ts';
import type { EventLog } from '../../src/events/log/eventLog.ts';

/** Turns of the event loop. */
export const turns = async (many: number): Promise<void> => {
  for (let turn = 0; turn < many; turn += 1) await new Promise(setImmediate);
};

/**
 * Decides how long each question to the log and the documents takes, in turns of the event loop: so whoever
 * gives the list decides what overtakes what.
 */
export const createInterleaving = () => {
  let list: readonly number[] = [0];
  let next = 0;
  const pause = (): Promise<void> => {
    next = (next + 1) % list.length;
    return turns(list[next] ?? 0);
  };
  const slow = <Words extends readonly unknown[], Result>(ask: (...words: Words) => Promise<Result>) => {
    return async (...words: Words): Promise<Result> => {
      await pause();
      const result = await ask(...words);
      await pause();
      return result;
    };
  };
  const slowly = <Words extends readonly unknown[], Item>(read: (...words: Words) => AsyncIterable<Item>) =>
    async function* (...words: Words): AsyncGenerator<Item> {
      await pause();
      for await (const item of read(...words)) yield item;
      await pause();
    };
  return {
    follow(given: readonly number[]): void {
      list = given.length === 0 ? [0] : given;
      next = 0;
    },
    log: (log: EventLog): EventLog => ({
      ...log,
      head: slow(log.head),
      readStream: slowly(log.readStream),
      readAll: slowly(log.readAll),
      async *subscribe(options) {
        for await (const item of log.subscribe(options)) {
          await pause();
          yield item;
        }
      },
    }),
    readModel: (model: DeliveryReadModel): DeliveryReadModel => ({
      whenProcessed: slow(model.whenProcessed),
      position: slow(model.position),
      snapshot: slow(model.snapshot),
      timeline: slow(model.timeline),
      timelineTexts: slow(model.timelineTexts),
      lastInScope: slow(model.lastInScope),
    }),
  };
};
