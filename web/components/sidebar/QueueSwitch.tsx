import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom } from '../../hooks/useDarkroom.ts';
import { useObservable } from '../../hooks/useObservable.ts';
import { Icon } from '../ui/Icon.tsx';

/** For operators: stops and starts the queue for all. */
export const QueueSwitch = () => {
  const { client, queue } = useDarkroom();
  const { paused } = useObservable(queue).queue;
  const { busy, run } = useAction('The queue was left as it is');
  return (
    <button
      type="button"
      className="menu-item"
      data-testid="queue-switch"
      disabled={busy}
      onClick={() => run(() => (paused ? client.api.resumeQueue() : client.api.pauseQueue()))}
    >
      <Icon name={paused ? 'play' : 'pause'} size={17} />
      {paused ? 'Resume the queue' : 'Pause the queue for all'}
    </button>
  );
};
