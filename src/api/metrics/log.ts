import { Counter, Histogram, type Registry } from 'prom-client';
import { failureCodes } from '../../events/failures.ts';
import { type EventLog, type NewEvent, WrongExpectedRevision } from '../../events/log/eventLog.ts';

/** Who ends attempts and jobs; people only cancel. */
const sideOf = ({ metadata: { actor } }: NewEvent): string => {
  if (actor.id.startsWith('worker:')) return 'worker';
  return actor.id === 'sweep' || actor.id === 'queueing' ? actor.id : 'person';
};

const codeIn = ({ data }: NewEvent): string => String(data.code ?? data.why);

/** How a job ended, by the event that says so. */
const endings: Readonly<Record<string, string>> = {
  JobCompleted: 'completed',
  JobFailed: 'failed',
  JobCancelled: 'cancelled',
  JobRefused: 'refused',
};

const hasCode: ReadonlySet<string> = new Set(['JobFailed', 'JobRefused', 'JobRequeued']);

const jobCounts = (registry: Registry) => {
  const registers = [registry];
  const jobs = new Counter({
    ...{ name: 'darkroom_jobs_ended_total', registers, labelNames: ['outcome', 'code'] },
    help: 'Jobs that ended, by how (completed, failed, cancelled, refused) and, where it went wrong, the failure code.',
  });
  const attempts = new Counter({
    ...{ name: 'darkroom_attempts_ended_total', registers, labelNames: ['outcome', 'by'] },
    help: 'Attempts that ended, by outcome (completed or the failure code) and by whom: worker, or the sweep, which gives up those that are silent or stuck.',
  });
  // What is 0 until it happens is told as 0, else its first time could not be seen as an increase.
  for (const outcome of ['completed', ...failureCodes])
    for (const by of ['worker', 'sweep']) attempts.inc({ outcome, by }, 0);
  for (const code of ['quota_exceeded', 'queue_full']) jobs.inc({ outcome: 'refused', code }, 0);
  return (event: NewEvent): void => {
    const { type } = event;
    const ending = endings[type];
    const code = hasCode.has(type) ? codeIn(event) : 'none';
    if (ending !== undefined) jobs.inc({ outcome: ending, code });
    if (type === 'JobCompleted') attempts.inc({ outcome: 'completed', by: sideOf(event) });
    if (type === 'JobFailed' || type === 'JobRequeued') attempts.inc({ outcome: code, by: sideOf(event) });
  };
};

/** Times each append, and counts what it says happened. */
export const measureLog = (registry: Registry) => {
  const registers = [registry];
  const appends = new Histogram({
    ...{ name: 'darkroom_event_log_append_seconds', registers, labelNames: ['outcome'] },
    help: 'How long appends took, by outcome: appended, conflict (somebody else came first, it is decided again), failed.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  });
  for (const outcome of ['appended', 'conflict', 'failed']) appends.zero({ outcome });
  const events = new Counter({
    ...{ name: 'darkroom_events_appended_total', registers, labelNames: ['type'] },
    help: 'Events that this process appended, by type.',
  });
  const countJob = jobCounts(registry);

  return <Log extends Pick<EventLog, 'append'>>(log: Log): Log => ({
    ...log,
    async append(...[stream, expected, news]: Parameters<EventLog['append']>) {
      const took = appends.startTimer();
      try {
        const appended = await log.append(stream, expected, news);
        took({ outcome: 'appended' });
        for (const event of news) {
          events.inc({ type: event.type });
          countJob(event);
        }
        return appended;
      } catch (cause) {
        took({ outcome: cause instanceof WrongExpectedRevision ? 'conflict' : 'failed' });
        throw cause;
      }
    },
  });
};
