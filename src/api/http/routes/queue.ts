import { may, type Principal } from '../../../commands/permissions.ts';
import { readPause } from '../../../commands/readPause.ts';
import { type Operation, ok, operation } from '../operation.ts';
import type { HttpApiParts } from '../parts.ts';
import { whenReadable } from '../reading.ts';
import { readingPastOf } from '../readingPast.ts';
import { type Moment, queueQuery } from '../schemas.ts';

/** What is known of the present only. */
const unknownThen = { pausedBy: null, pausedAt: null, workers: null, durations: null };

/** Who waits: one's own by id, others only as a place; whose they are and what they draw stays untold. */
export const queueOperations = (parts: HttpApiParts): readonly Operation[] => {
  const { commands, readModel, config, log } = parts;
  const readingPast = readingPastOf(parts);

  /** Whether a person has as many pictures drawn as one may, so that their others are passed over. */
  const isBusy = async ({ id }: Principal): Promise<boolean> => {
    const { MAX_RUNNING_JOBS_PER_USER: most } = config;
    if (most === 0) return false;
    const { items } = await readModel.jobs({ of: id, status: 'running', limit: most });
    return items.length >= most;
  };

  const queueAt = async (who: Principal, limit: number, moment: Moment) => {
    const asOf = await readingPast.positionOf(moment);
    return { ...(await readingPast.queue(who, limit, asOf)), asOf };
  };

  /** Who paused it is told by the log: scope `queue`, which the documents serve, tells no names. */
  const howItIs = async () => {
    const [pause, pace] = await Promise.all([readPause(log), readModel.pace()]);
    return {
      ...{ pausedBy: pause?.by ?? null, pausedAt: pause?.at ?? null },
      ...{ workers: pace?.workers ?? null, durations: pace?.durations ?? null },
    };
  };

  return [
    operation({
      method: 'get',
      path: '/queue',
      query: queueQuery,
      async answer({ context: { principal }, query: { limit, asOf: moment } }) {
        const seesOthers = may('readOthersJobs', principal);
        const { paused, waiting, running, jobs, asOf } =
          moment === undefined
            ? await readModel.queue(principal.id, limit)
            : await queueAt(principal, limit, moment);
        const shown = jobs.map(({ jobId, ownerId, ticket, priority, round, place }) => {
          const own = ownerId === principal.id;
          return { jobId: own || seesOthers ? jobId : null, ticket, priority, round, place, own };
        });
        const passedOver = moment === undefined && (await isBusy(principal)) ? 'running_limit' : null;
        const now = moment === undefined ? await howItIs() : unknownThen;
        return ok({ paused, waiting, running, jobs: shown, passedOver, asOf, ...now });
      },
    }),
    ...(['pause', 'resume'] as const).map((what) =>
      operation({
        method: 'post',
        path: `/queue/${what}`,
        async answer({ context }) {
          const command = what === 'pause' ? commands.pauseQueue : commands.resumeQueue;
          const { position } = await command(context);
          await whenReadable(readModel, position);
          return ok({ position });
        },
      }),
    ),
  ];
};
