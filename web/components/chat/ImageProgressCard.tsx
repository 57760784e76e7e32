import { type CSSProperties, useState } from 'react';
import type { ImageState, Message } from '../../../src/projections/model.ts';
import { useImageJobs, useIsOperator, useSelf } from '../../hooks/useDarkroom.ts';
import { selectPlace, selectRest, selectWait } from '../../stores/imageJobsStore.ts';
import { counted } from '../../text/format.ts';
import { announcement, attemptWords, statusWords } from '../../text/imageJob.ts';
import { frameLayout } from '../../text/layout.ts';
import { DrawingAhead } from '../picture/DrawingAhead.tsx';
import { DrawingProgress } from '../picture/DrawingProgress.tsx';
import { EarlierAttempts } from '../picture/EarlierAttempts.tsx';
import { JobClock } from '../picture/JobClock.tsx';
import { JobError } from '../picture/JobError.tsx';
import { Lightbox } from '../picture/Lightbox.tsx';
import { PictureDetails } from '../picture/PictureDetails.tsx';
import { PictureFrame } from '../picture/PictureFrame.tsx';
import { PreviousJobs } from '../picture/PreviousJobs.tsx';
import { QueuePlace } from '../picture/QueuePlace.tsx';
import { JobActions } from './JobActions.tsx';

/** A finished job in one line. */
const Facts = ({ image }: { readonly image: ImageState }) => {
  const size = image.images[0] ?? image.request;
  return (
    <>
      <span>
        {size.width} × {size.height}
      </span>
      <span>{counted(image.request.steps, 'step')}</span>
      <span className="fact-seed">seed {image.seed ?? image.request.seed}</span>
    </>
  );
};

/** What is shown of an image job from the moment it was asked for to its picture or its end. */
export const ImageProgressCard = ({
  message,
  image,
  readOnly = false,
}: {
  readonly message: Pick<Message, 'author' | 'conversationId' | 'position'>;
  readonly image: ImageState;
  readonly readOnly?: boolean;
}) => {
  const self = useSelf();
  const operator = useIsOperator();
  const waiting = image.status === 'accepted' || image.status === 'queued';
  const place = useImageJobs(selectPlace(waiting ? image.ticket : null));
  const wait = useImageJobs(selectWait(waiting ? image.ticket : null));
  const paused = useImageJobs((state) => state.queue.paused);
  const rest = useImageJobs(selectRest(image.request.model));
  const isPassedOver = useImageJobs(({ queueNow }) => queueNow?.passedOver != null);
  const [open, setOpen] = useState<number | null>(null);
  const attempt = attemptWords(image);
  const { request, status } = image;
  const framed = waiting || status === 'running' || status === 'completed';
  const actions = (
    <JobActions
      image={image}
      conversationId={message.conversationId}
      position={message.position}
      mayAct={operator || message.author.id === self.id}
      readOnly={readOnly}
    />
  );
  return (
    <section
      className={`card card-${status}`}
      style={{ '--ratio': frameLayout(request.width, request.height, request.count).ratio } as CSSProperties}
      data-testid="image-card"
      data-status={status}
      data-job-id={image.jobId}
      aria-label={`Picture: ${request.prompt}`}
    >
      {framed && (
        // Anew with each attempt: what the one before came to is no part of this one, and words stand over it.
        <PictureFrame key={image.earlierAttempts.length} image={image} onOpen={setOpen}>
          {waiting && (
            <QueuePlace
              {...{ image, place, wait, paused, rest }}
              passedOver={isPassedOver && message.author.id === self.id}
            />
          )}
        </PictureFrame>
      )}
      <div className="card-body">
        {waiting && <DrawingAhead image={image} />}
        {status === 'running' && <DrawingProgress image={image} />}
        {status === 'failed' && image.error !== null && <JobError error={image.error} />}
        <div className="card-row">
          <span className={status === 'completed' ? 'card-state card-facts' : 'card-state'}>
            {status === 'completed' ? (
              <Facts image={image} />
            ) : (
              status !== 'failed' && <span className="card-status">{statusWords(image)}</span>
            )}
            <JobClock image={image} />
            {attempt !== null && <span className="chip chip-quiet">{attempt}</span>}
          </span>
          {status !== 'completed' && actions}
        </div>
        {status === 'completed' && (
          <div className="card-foot">
            <details className="disclosure">
              <summary>Details</summary>
              <PictureDetails image={image} />
            </details>
            {actions}
          </div>
        )}
        <EarlierAttempts image={image} />
        <PreviousJobs previous={image.previous} position={message.position} />
      </div>
      <p className="visually-hidden" role="status">
        {announcement(image, place)}
      </p>
      {open !== null && <Lightbox image={image} start={open} onClose={() => setOpen(null)} />}
    </section>
  );
};
