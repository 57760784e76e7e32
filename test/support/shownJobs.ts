import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { decode } from '../../src/events/catalogue.ts';
import type { JobId } from '../../src/events/ids.ts';
import { openSqliteEventLog } from '../../src/events/log/sqlite/sqliteEventLog.ts';
import { publicEvent } from '../../src/events/public.ts';
import { foldJob, jobOf } from '../../src/projections/jobs.ts';
import type { Job } from '../../src/projections/model.ts';

/*
 * What a page showed of each job, and what was true of it. A page may skip states; it may not show one that
 * never was, nor go back to an earlier one.
 */

/** Each text of a card's state, in the order in which the page showed them, across reloads. */
export type ShownJobs = ReadonlyMap<string, readonly string[]>;

/** Runs in the page: tells each time that a card shows something else. */
const tellOfCards = () => {
  const last = new Map<string, string>();
  const look = () => {
    for (const card of document.querySelectorAll('[data-testid="image-card"]')) {
      const jobId = card.getAttribute('data-job-id') ?? '';
      const step = card.querySelector('[data-testid="job-step"]')?.textContent ?? '';
      const shown = `${card.getAttribute('data-status')} ${step}`.trim();
      if (last.get(jobId) === shown) continue;
      last.set(jobId, shown);
      const { cardShows } = window as unknown as { cardShows: (jobId: string, shown: string) => void };
      cardShows(jobId, shown);
    }
  };
  const everything = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver(look).observe(document, everything);
  look();
};

/** Watches the cards of a page from now on. */
export const watchJobs = async (page: Page): Promise<ShownJobs> => {
  const shownJobs = new Map<string, string[]>();
  await page.exposeFunction('cardShows', (jobId: string, shown: string) => {
    const before = shownJobs.get(jobId) ?? [];
    shownJobs.set(jobId, [...before, shown]);
  });
  await page.addInitScript(tellOfCards);
  await page.evaluate(tellOfCards);
  return shownJobs;
};

const textOf = ({ status, step, steps }: Job): string => {
  if (status !== 'running') return status;
  return steps > 0 ? `running Step ${step} of ${steps}` : 'running Starting';
};

/** Every state that each job of a server's log has had, in order, in the words of its card. */
export const trueJobs = async (folder: string): Promise<ReadonlyMap<string, readonly string[]>> => {
  const log = await openSqliteEventLog(join(folder, 'events.db'));
  const jobs = new Map<JobId, Job>();
  const texts = new Map<string, string[]>();
  try {
    for await (const recorded of log.readAll()) {
      const event = decode(recorded);
      const jobId = event === null ? null : jobOf(publicEvent(event));
      if (event === null || jobId === null) continue;
      const job = foldJob(jobs.get(jobId) ?? null, publicEvent(event));
      if (job === null) continue;
      jobs.set(jobId, job);
      texts.set(jobId, [...(texts.get(jobId) ?? []), textOf(job)]);
    }
  } finally {
    await log.close();
  }
  return texts;
};

/** The first text that was shown and wasn't true then: of no state that comes after the one shown before. */
export const firstUntrue = (shown: readonly string[], truth: readonly string[]): string | null => {
  let from = 0;
  for (const text of shown) {
    const index = truth.indexOf(text, from);
    if (index < 0) return `${text}, after ${shown.slice(0, shown.indexOf(text)).join(' → ') || 'nothing'}`;
    from = index;
  }
  return null;
};
