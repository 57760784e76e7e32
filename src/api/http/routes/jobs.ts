import { may, type Principal } from '../../../commands/permissions.ts';
import type { JobId, Position } from '../../../events/ids.ts';
import type { Job } from '../../../projections/model.ts';
import { notFound, Problem } from '../../problems.ts';
import { type Operation, ok, operation } from '../operation.ts';
import type { HttpApiParts } from '../parts.ts';
import { made, readingOf, whenReadable } from '../reading.ts';
import { readingPastOf } from '../readingPast.ts';
import { asOfQuery, jobParams, jobsQuery, jobsToCancel, newPriority } from '../schemas.ts';

const refuseOthersJobs = (who: Principal): void => {
  if (!may('readOthersJobs', who))
    throw new Problem(
      'forbidden',
      "Only an operator may see or cancel everyone's pictures; leave out `all`.",
    );
};

/** Pictures being made. */
export const jobOperations = (parts: HttpApiParts): readonly Operation[] => {
  const { commands, readModel, log } = parts;
  const readingPast = readingPastOf(parts);
  const reading = readingOf(readModel);

  /** As a command's answer shows it: the place is told by GET alone. */
  const changed = async (who: Principal, id: JobId, position: Position): Promise<Job> => {
    await whenReadable(readModel, position);
    const job = made(await readModel.job(id), 'job');
    return { ...(await reading.jobFor(who, job)), place: null };
  };

  /** All that haven't ended, also those that another process accepted just now. */
  const active = async (who: Principal, everyones: boolean): Promise<readonly JobId[]> => {
    if (everyones) refuseOthersJobs(who);
    await whenReadable(readModel, await log.head());
    return readModel.activeJobs(everyones ? null : who.id);
  };

  /** Checked before the first is cancelled: where one isn't theirs, none is. */
  const named = async (who: Principal, ids: readonly JobId[]): Promise<readonly JobId[]> => {
    await whenReadable(readModel, await log.head());
    for (const id of ids) {
      const job = await reading.job(who, id);
      if (!may('cancelJob', who, { author: job.ownerId })) throw notFound(`job as ${id}`);
    }
    return ids;
  };

  return [
    operation({
      method: 'get',
      path: '/jobs',
      query: jobsQuery,
      async answer({ context, query: { all, order, ...query } }) {
        const who = context.principal;
        if (all === 'true') refuseOthersJobs(who);
        const { items, nextCursor } =
          order === 'queue'
            ? await readModel.waitingJobs(query)
            : await readModel.jobs({ ...query, of: all === 'true' ? null : who.id });
        return ok({ items: await Promise.all(items.map((job) => reading.jobFor(who, job))), nextCursor });
      },
    }),
    operation({
      method: 'post',
      path: '/jobs/cancel',
      body: jobsToCancel,
      async answer({ context, body }) {
        const { jobIds, all } = body;
        const who = context.principal;
        const ids = jobIds === undefined ? await active(who, all) : await named(who, jobIds);
        if (ids.length === 0) return ok({ cancelled: [], position: await log.head() });
        const { cancelled, position } = await commands.cancelJobs(context, ids);
        await whenReadable(readModel, position);
        return ok({ cancelled, position });
      },
    }),
    operation({
      method: 'get',
      path: '/jobs/:id',
      params: jobParams,
      query: asOfQuery,
      async answer({ context: { principal }, params, query: { asOf } }) {
        if (asOf === undefined) return ok({ job: await reading.job(principal, params.id) });
        const at = await readingPast.positionOf(asOf);
        return ok({ job: await readingPast.job(principal, params.id, at), asOf: at });
      },
    }),
    operation({
      method: 'patch',
      path: '/jobs/:id',
      params: jobParams,
      body: newPriority,
      async answer({ context, params, body }) {
        const { position } = await commands.prioritizeJob(context, params.id, body.priority);
        return ok({ job: await changed(context.principal, params.id, position), position });
      },
    }),
    operation({
      method: 'post',
      path: '/jobs/:id/cancel',
      params: jobParams,
      async answer({ context, params }) {
        const { position } = await commands.cancelJob(context, params.id);
        return ok({ job: await changed(context.principal, params.id, position), position });
      },
    }),
    operation({
      method: 'post',
      path: '/jobs/:id/retry',
      params: jobParams,
      asksForPicture: () => true,
      async answer({ context, params }) {
        const { jobId, position } = await commands.retryJob(context, params.id);
        const job = await changed(context.principal, jobId, position);
        return { status: 202, headers: { Location: `/api/v1/jobs/${jobId}` }, body: { job, position } };
      },
    }),
  ];
};
