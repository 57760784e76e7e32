import type { ImageState } from '../../../src/projections/model.ts';
import { useNow } from '../../hooks/useNow.ts';
import { drawingTime, expectedRemaining, isActive } from '../../stores/imageJobsStore.ts';
import { about, duration, took } from '../../text/format.ts';

/** How long it has been going on, or took. Counted from the server's times. */
export const JobClock = ({ image }: { readonly image: ImageState }) => {
  const active = isActive(image);
  const now = useNow(active);
  const since = image.status === 'running' ? image.startedAt : image.queuedAt;
  const drawn = drawingTime(image);
  const text = active
    ? since === null
      ? null
      : duration(now - Date.parse(since))
    : image.status === 'completed' && drawn !== null
      ? took(drawn)
      : null;
  if (text === null) return null;
  const remaining = image.status === 'running' ? expectedRemaining(image, now) : null;
  return (
    <span className="job-clock">
      <time data-testid="job-elapsed">{text}</time>
      {remaining !== null && remaining > 3_000 && (
        <span className="job-remaining"> · {about(remaining)} left</span>
      )}
    </span>
  );
};
