import type { Job } from '../../../src/projections/model.ts';
import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom } from '../../hooks/useDarkroom.ts';
import { useNow } from '../../hooks/useNow.ts';
import { counted, duration } from '../../text/format.ts';
import { attemptWords } from '../../text/imageJob.ts';
import { HistoryButton } from '../history/HistoryButton.tsx';
import { Avatar } from '../ui/Avatar.tsx';
import { ProgressRing } from '../ui/ProgressRing.tsx';
import { PriorityField } from './PriorityField.tsx';

/** One job of anybody's, and what an operator can do about it. */
export const QueueRow = ({ job, onChanged }: { readonly job: Job; readonly onChanged: () => void }) => {
  const { client } = useDarkroom();
  const cancel = useAction('The picture was not cancelled');
  const now = useNow(true);
  const running = job.status === 'running';
  const since = running ? job.startedAt : job.queuedAt;
  const attempt = attemptWords(job);
  const { width, height, count } = job.request;
  return (
    <li className="queue-row" data-testid="queue-row" data-job-id={job.jobId} data-status={job.status}>
      {running ? (
        <ProgressRing percent={job.percent} />
      ) : (
        <span className="queue-row-place" data-testid="queue-row-place">
          <span className="visually-hidden">Place </span>
          {job.place ?? '–'}
        </span>
      )}
      <div className="queue-row-what">
        <p className="queue-row-prompt" dir="auto" title={job.request.prompt}>
          {job.request.prompt}
        </p>
        <p className="queue-row-facts">
          <Avatar id={job.owner.id} name={job.owner.name} small />
          <span>{job.owner.name}</span>
          <span>
            {width} × {height}
            {count > 1 && `, ${counted(count, 'picture')}`}
          </span>
          {since !== null && (
            <span>
              {running ? `${Math.round(job.percent)} %, for ` : 'for '}
              {duration(now - Date.parse(since))}
            </span>
          )}
          {attempt !== null && <span>{attempt}</span>}
        </p>
      </div>
      <div className="queue-row-actions">
        {!running && <PriorityField image={job} onChanged={onChanged} />}
        <button
          type="button"
          className="button button-small"
          aria-label={`Cancel: ${job.request.prompt.slice(0, 80)}`}
          data-testid="queue-row-cancel"
          disabled={cancel.busy}
          onClick={async () => {
            if (await cancel.run(() => client.api.cancelJob(job.jobId))) onChanged();
          }}
        >
          Cancel
        </button>
        <HistoryButton
          of={{ kind: 'job', id: job.jobId }}
          position={job.position}
          title="History of this picture"
        />
      </div>
    </li>
  );
};
