import type { ConversationId, Position } from '../../../src/events/ids.ts';
import type { ImageState } from '../../../src/projections/model.ts';
import { useAction } from '../../hooks/useAction.ts';
import { useComposer, useDarkroom, useIsOperator } from '../../hooks/useDarkroom.ts';
import { may } from '../../text/imageJob.ts';
import { HistoryButton } from '../history/HistoryButton.tsx';
import { PriorityField } from '../queue/PriorityField.tsx';
import { Icon } from '../ui/Icon.tsx';

/** What can be done with a job as it stands, by whom it may be done. */
export const JobActions = ({
  image,
  conversationId,
  position,
  mayAct,
  readOnly,
}: {
  readonly image: ImageState;
  readonly conversationId: ConversationId;
  readonly position: Position;
  /** Its owner's, or an operator's. */
  readonly mayAct: boolean;
  readonly readOnly: boolean;
}) => {
  const { client } = useDarkroom();
  const operator = useIsOperator();
  const reuse = useComposer((state) => state.reuse);
  const cancel = useAction('The picture was not cancelled');
  const retry = useAction('The picture was not tried again');
  return (
    <div className="job-actions">
      {operator && image.status === 'queued' && <PriorityField image={image} />}
      {mayAct && !readOnly && may.retry(image) && (
        <button
          type="button"
          className={`button button-small ${image.status === 'failed' ? 'button-primary' : ''}`}
          data-testid="job-retry"
          disabled={retry.busy}
          onClick={() => retry.run(() => client.api.retryJob(image.jobId))}
        >
          <Icon name="retry" size={15} />
          Try again
        </button>
      )}
      {!readOnly && !may.cancel(image) && (
        <button
          type="button"
          className="button button-small"
          data-testid="job-reuse"
          title="Put the prompt and these settings into the composer"
          onClick={() => reuse(conversationId, image)}
        >
          <Icon name="sliders" size={15} />
          {image.status === 'failed' ? 'Change the settings' : 'Use these settings'}
        </button>
      )}
      {mayAct && may.cancel(image) && (
        <button
          type="button"
          className="button button-small"
          data-testid="job-cancel"
          disabled={cancel.busy}
          onClick={() => cancel.run(() => client.api.cancelJob(image.jobId))}
        >
          {cancel.busy ? 'Cancelling…' : 'Cancel'}
        </button>
      )}
      <HistoryButton
        of={{ kind: 'job', id: image.jobId }}
        position={position}
        title="History of this picture"
      />
    </div>
  );
};
