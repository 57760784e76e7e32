import type { ImageState } from '../../../src/projections/model.ts';
import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom } from '../../hooks/useDarkroom.ts';
import { IconButton } from '../ui/IconButton.tsx';

const limit = 10;

/** For operators: moves a waiting picture before or behind those of another priority. */
export const PriorityField = ({
  image: { jobId, priority, request },
  onChanged,
}: {
  readonly image: Pick<ImageState, 'jobId' | 'priority' | 'request'>;
  readonly onChanged?: () => void;
}) => {
  const { client } = useDarkroom();
  const { busy, run } = useAction('The priority was left as it is');
  const to = async (wanted: number): Promise<void> => {
    if (await run(() => client.api.prioritizeJob(jobId, wanted))) onChanged?.();
  };
  return (
    <fieldset className="priority" data-testid="priority">
      <legend className="visually-hidden">Priority of “{request.prompt.slice(0, 80)}”</legend>
      <IconButton
        icon="down"
        label="Lower the priority: later"
        size={15}
        className="small"
        disabled={busy || priority <= -limit}
        onClick={() => to(priority - 1)}
      />
      <output className="priority-value" aria-label="Priority">
        {priority > 0 ? `+${priority}` : priority}
      </output>
      <IconButton
        icon="up"
        label="Raise the priority: sooner"
        size={15}
        className="small"
        disabled={busy || priority >= limit}
        onClick={() => to(priority + 1)}
      />
    </fieldset>
  );
};
