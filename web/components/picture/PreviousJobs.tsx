import type { PreviousJob } from '../../../src/projections/model.ts';
import { timeOfDay } from '../../text/format.ts';

/** What was tried before, for those who want to know. */
export const PreviousJobs = ({ previous }: { readonly previous: readonly PreviousJob[] }) => {
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
          </li>
        ))}
      </ul>
    </details>
  );
};
