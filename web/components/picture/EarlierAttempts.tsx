import type { ImageState } from '../../../src/projections/model.ts';
import { counted, timeOfDay } from '../../text/format.ts';

/** Why the attempts before this one were over. Open while it waits for the next, for then it is the news. */
export const EarlierAttempts = ({ image: { status, earlierAttempts } }: { readonly image: ImageState }) => {
  if (earlierAttempts.length === 0) return null;
  return (
    <details className="disclosure previous" open={status === 'queued'} data-testid="earlier-attempts">
      <summary>{counted(earlierAttempts.length, 'earlier attempt')}</summary>
      <ul>
        {earlierAttempts.map(({ attempt, error, endedAt }) => (
          <li key={attempt}>
            <b>Attempt {attempt}</b>
            <time dateTime={endedAt}>{timeOfDay(endedAt)}</time>
            <span>{error.title}</span>
            <code title="Reference">{error.reference}</code>
          </li>
        ))}
      </ul>
    </details>
  );
};
