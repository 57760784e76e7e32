import type { Page, PageRequest } from './readPage.ts';

/** Of one group: it bounds what crosses at once, and how long the reader is busy with it. */
const mostRequests = 50;

interface Waiting {
  readonly request: PageRequest;
  resolve(page: Page): void;
  reject(error: unknown): void;
}

/**
 * The reader works off one request after the other: what is asked for while it has some goes to it together
 * afterwards, for to cross to a thread and back costs more than to read a short stream. Of a group that
 * fails each is asked for alone, so that what can't be read is one's own trouble.
 */
export const gatherReads = (send: (requests: readonly PageRequest[]) => Promise<readonly Page[]>) => {
  const waiting: Waiting[] = [];
  let isReading = false;

  const read = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const pages = await send(group.map(({ request }) => request));
      group.forEach(({ resolve }, index) => {
        const page = pages[index];
        if (page !== undefined) resolve(page);
      });
    } catch (error) {
      if (group.length > 1) for (const each of group) await read([each]);
      else for (const { reject } of group) reject(error);
    }
  };
  const readAll = async (): Promise<void> => {
    isReading = true;
    while (waiting.length > 0) await read(waiting.splice(0, mostRequests));
    isReading = false;
  };

  return (request: PageRequest): Promise<Page> =>
    new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject });
      if (!isReading) void readAll();
    });
};
