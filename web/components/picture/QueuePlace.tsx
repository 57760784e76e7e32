import type { ImageState } from '../../../src/projections/model.ts';
import { useNow } from '../../hooks/useNow.ts';
import { haltWords, placeWords } from '../../text/imageJob.ts';

/** More waiting before it than these are one mark with a number's meaning: many. */
const marksShown = 9;

/** Where a job stands, moving by itself as the queue does. */
export const QueuePlace = ({
  image,
  place,
  wait,
  paused,
  rest,
  passedOver,
}: {
  readonly image: ImageState;
  readonly place: number | null;
  /** How long until it is begun, in words; null where that can't be said. */
  readonly wait: string | null;
  readonly paused: boolean;
  /** When the image engine that rests is tried again, or `now`; null where none rests. */
  readonly rest: string | null;
  /** Its owner has as many drawn as may be at once. */
  readonly passedOver: boolean;
}) => {
  const now = useNow(rest !== null || image.notBefore !== null);
  const accepted = image.status === 'accepted';
  const words = accepted ? { title: 'Asked for', detail: 'It joins the queue now' } : placeWords(place);
  const why = accepted ? null : haltWords({ paused, rest, notBefore: image.notBefore, passedOver, now });
  return (
    <div className="queue-place" data-testid="queue-place" data-place={place ?? ''}>
      {place !== null && place > 1 ? (
        <strong className="queue-title">
          Place{' '}
          <span className="queue-number" key={place}>
            {place}
          </span>{' '}
          in the queue
        </strong>
      ) : (
        <strong className={place === 1 ? 'queue-title queue-next' : 'queue-title'}>{words.title}</strong>
      )}
      <span className="queue-detail">
        {why ?? words.detail}
        {wait !== null && why === null && <span className="queue-wait"> · {wait}</span>}
      </span>
      {place !== null && place > 1 && (
        <span className="queue-line" aria-hidden="true">
          {Array.from({ length: Math.min(place, marksShown) }, (_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: marks have no other identity
            <i key={index} />
          ))}
        </span>
      )}
    </div>
  );
};
