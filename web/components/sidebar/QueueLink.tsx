import { useDarkroom } from '../../hooks/useDarkroom.ts';
import { useObservable } from '../../hooks/useObservable.ts';
import { routeTo } from '../../stores/route.ts';
import { Icon } from '../ui/Icon.tsx';

/** For operators: to everyone's pictures, and how many of them wait. */
export const QueueLink = ({ selected, onSelect }: { selected: boolean; onSelect: () => void }) => {
  const { queue } = useDarkroom();
  const { waitingCount, running } = useObservable(queue).queue;
  const count = waitingCount + running;
  return (
    <a
      className="queue-link"
      href={routeTo('queue')}
      aria-current={selected ? 'page' : undefined}
      data-testid="queue-link"
      onClick={onSelect}
    >
      <Icon name="queue" size={17} />
      The queue
      {count > 0 && (
        <span className="chip chip-quiet">
          {count.toLocaleString('en')}
          <span className="visually-hidden"> pictures on the way</span>
        </span>
      )}
    </a>
  );
};
