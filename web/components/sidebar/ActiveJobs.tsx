import { useMemo } from 'react';
import type { ImageState } from '../../../src/projections/model.ts';
import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom, useImageJobs, useSelf } from '../../hooks/useDarkroom.ts';
import { activeJobsOf, type KnownJob, selectPlace } from '../../stores/imageJobsStore.ts';
import { routeTo } from '../../stores/route.ts';
import { counted } from '../../text/format.ts';
import { ProgressRing } from '../ui/ProgressRing.tsx';

/** More than these are counted, not listed. */
const listed = 4;

const stateWords = ({ status, percent }: ImageState, place: number | null): string => {
  if (status === 'running') return `${Math.round(percent)} %`;
  if (place === null) return '';
  return place === 1 ? 'next' : `place ${place}`;
};

const ActiveJob = ({ job: { image, conversationId } }: { readonly job: KnownJob }) => {
  const place = useImageJobs(selectPlace(image.ticket));
  return (
    <li>
      <a className="active-job" href={routeTo(conversationId)} title={image.request.prompt}>
        <ProgressRing percent={image.status === 'running' ? image.percent : null} />
        <span className="active-job-prompt" dir="auto">
          {image.request.prompt}
        </span>
        <span className="active-job-state">{stateWords(image, place)}</span>
      </a>
    </li>
  );
};

/** One's own pictures on their way, wherever they were asked for. */
export const ActiveJobs = () => {
  const { client } = useDarkroom();
  const self = useSelf();
  const jobs = useImageJobs((state) => state.jobs);
  const active = useMemo(() => activeJobsOf({ jobs }, self.id), [jobs, self.id]);
  const { busy, run } = useAction('Your pictures were not cancelled');
  if (active.length === 0) return null;
  return (
    <section className="active-jobs" aria-label="Your pictures on their way">
      <header>
        <h2>{counted(active.length, 'picture')} on the way</h2>
        {active.length > 1 && (
          <button
            type="button"
            className="link-button"
            data-testid="cancel-all"
            disabled={busy}
            onClick={() => run(() => client.api.cancelJobs(active.map(({ image }) => image.jobId)))}
          >
            Cancel all
          </button>
        )}
      </header>
      <ul>
        {active.slice(0, listed).map((job) => (
          <ActiveJob key={job.image.jobId} job={job} />
        ))}
      </ul>
      {active.length > listed && <p className="active-more">and {active.length - listed} more</p>}
    </section>
  );
};
