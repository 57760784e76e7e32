import type { Position } from '../../../src/events/ids.ts';
import type { PreviousJob } from '../../../src/projections/model.ts';
import { timeOfDay } from '../../text/format.ts';
import { HistoryButton } from '../history/HistoryButton.tsx';

/** What was tried before, for those who want to know. */
export const PreviousJobs = ({
  previous,
  position,
}: {
  readonly previous: readonly PreviousJob[];
  readonly position: Position;
}) => {
  if (previous.length === 0) return null;
  return (
    <details className="disclosure previous">
      <summary>{previous.length === 1 ? '1 earlier try' : `${previous.length} earlier tries`}</summary>
      <ul>
        {previous.map(({ jobId, error, endedAt }) => (
          <li key={jobId}>
            {endedAt !== null && <time dateTime={endedAt}>{timeOfDay(endedAt)}</time>}
            <span>{error?.title ?? 'Ended'}</span>
            {error !== null && <code title="Reference">{error.reference}</code>}
            <HistoryButton of={{ kind: 'job', id: jobId }} position={position} title="History of this try" />
          </li>
        ))}
      </ul>
    </details>
  );
};
