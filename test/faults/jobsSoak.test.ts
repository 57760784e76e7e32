import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { decode } from '../../src/events/catalogue.ts';
import { ada } from '../support/happened.ts';
import { startWorker } from '../support/startWorker.ts';
import { openWorkshop } from '../support/workshop.ts';

/** `npm run soak`: 2,000. */
const jobsAsked = Number(process.env.SOAK_JOBS ?? 60);
const workers = 4;
/** As each kill costs a lease and a pause, more of them would only take longer. */
const mostKills = Math.ceil(jobsAsked / 10);
/** Between two kills at most this long, in milliseconds. */
const longestPeace = 2_000;
const leaseMs = 2_000;
/** A picture takes up to this long, so that most kills hit some. */
const drawMs = 600;
const longest = 120_000 + jobsAsked * 600;

it(
  `of ${jobsAsked} jobs none is lost and none doubled, while ${workers} workers are killed at random`,
  async () => {
    const workshop = await openWorkshop({ attempts: 20 });
    const { ask, folder, images, log, readModel } = workshop;
    const startedAt = performance.now();
    const start = () => startWorker(folder, 'never', { leaseMs, drawMs });
    const crew = Array.from({ length: workers }, start);
    let kills = 0;
    try {
      // The sweep's lease is 30 s of its clock, which runs ten times as fast here.
      const sweep = workshop.sweep(() => performance.now() * (30_000 / leaseMs));
      const asked = new Set<string>();
      while (asked.size < jobsAsked) {
        const wave = Array.from({ length: Math.min(50, jobsAsked - asked.size) }, (_, number) =>
          ask(`picture ${asked.size + number}`),
        );
        for (const id of await Promise.all(wave)) asked.add(id);
      }
      await readModel.whenProcessed(await log.head(), longest);
      let nextKill = 0;
      while ((await readModel.activeJobs(null)).length > 0) {
        await sweep();
        const { running } = await readModel.queue(ada.id, 0);
        const victim = crew.findIndex(({ lines }) => lines.includes('working') && Math.random() < 0.5);
        if (running > 0 && victim >= 0 && kills < mostKills && performance.now() >= nextKill) {
          nextKill = performance.now() + Math.random() * longestPeace;
          await crew[victim]?.kill();
          crew[victim] = start();
          kills += 1;
        }
        await setTimeout(50);
      }

      const ends = new Map<string, string[]>();
      const counts: Record<string, number> = {};
      for await (const recorded of log.readAll()) {
        const event = decode(recorded);
        if (event === null) continue;
        counts[event.type] = (counts[event.type] ?? 0) + 1;
        if (event.type !== 'JobCompleted' && event.type !== 'JobFailed' && event.type !== 'JobCancelled')
          continue;
        ends.set(event.jobId ?? '', [...(ends.get(event.jobId ?? '') ?? []), event.type]);
        if (event.type === 'JobCompleted')
          for (const { imageId } of event.data.images) expect(await images.get(imageId)).not.toBeNull();
      }
      expect([...ends.keys()].toSorted()).toEqual([...asked].toSorted());
      for (const [id, types] of ends) expect(types, id).toEqual(['JobCompleted']);
      const { JobStarted = 0, JobRequeued = 0, JobResultDiscarded = 0 } = counts;
      expect(kills, 'else this proves nothing').toBeGreaterThan(0);
      const seconds = Math.round((performance.now() - startedAt) / 1_000);
      process.stdout.write(
        `soak: ${jobsAsked} jobs, each completed once, in ${seconds} s; ${kills} workers killed, ` +
          `${JobStarted} attempts, ${JobRequeued} handed on, ${JobResultDiscarded} late results refused\n`,
      );
    } finally {
      await Promise.all(crew.map((worker) => worker.kill()));
      await workshop.close();
    }
  },
  longest,
);
