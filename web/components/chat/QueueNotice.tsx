import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom, useIsOperator } from '../../hooks/useDarkroom.ts';
import { useObservable } from '../../hooks/useObservable.ts';
import { counted } from '../../text/format.ts';
import { Icon } from '../ui/Icon.tsx';

/** Says that nothing new is drawn for now, and why nobody needs to do anything about it. */
export const QueueNotice = () => {
  const { client, queue } = useDarkroom();
  const operator = useIsOperator();
  const { paused, waitingCount } = useObservable(queue).queue;
  const { busy, run } = useAction('The queue was left as it is');
  if (!paused) return null;
  return (
    <div className="banner banner-paused" role="status" data-testid="queue-paused">
      <Icon name="pause" size={16} />
      <span>
        <b>The queue is paused.</b> {waitingCount > 0 && `${counted(waitingCount, 'picture')} waiting. `}
        Every place is kept until an operator goes on.
      </span>
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
