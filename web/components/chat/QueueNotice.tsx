import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom, useImageJobs, useIsOperator } from '../../hooks/useDarkroom.ts';
import { useObservable } from '../../hooks/useObservable.ts';
import { counted, dayOf, timeOfDay } from '../../text/format.ts';
import { Icon } from '../ui/Icon.tsx';
import { EngineNotice } from './EngineNotice.tsx';

const when = (iso: string): string =>
  dayOf(iso) === 'Today' ? `at ${timeOfDay(iso)}` : `on ${dayOf(iso)} at ${timeOfDay(iso)}`;

/** Says that nothing new is drawn for now, since when and by whom, and why nobody needs to do anything. */
const PauseNotice = () => {
  const { client, queue } = useDarkroom();
  const operator = useIsOperator();
  const { paused, waitingCount } = useObservable(queue).queue;
  const told = useImageJobs((state) => state.queueNow);
  const { busy, run } = useAction('The queue was left as it is');
  if (!paused) return null;
  const by = told?.pausedBy ?? null;
  const at = told?.pausedAt ?? null;
  return (
    <div className="banner banner-paused" role="status" data-testid="queue-paused">
      <Icon name="pause" size={16} />
      <div className="banner-lines">
        <p>
          <b>The queue is paused.</b> {by !== null && at !== null && `By ${by.name}, ${when(at)}. `}
          {waitingCount > 0 && `${counted(waitingCount, 'picture')} waiting.`}
        </p>
        <p>What is being drawn is finished; every place is kept until an operator goes on.</p>
      </div>
      {operator && (
        <button
          type="button"
          className="button button-small"
          disabled={busy}
          onClick={() => run(() => client.api.resumeQueue())}
        >
          Resume
        </button>
      )}
    </div>
  );
};

/** What holds pictures up, above the conversation. */
export const QueueNotice = () => (
  <>
    <PauseNotice />
    <EngineNotice />
  </>
);
