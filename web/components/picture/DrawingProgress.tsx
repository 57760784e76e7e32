import type { ImageState } from '../../../src/projections/model.ts';

/** Step for step. What is read out is rounded, so that a screen reader isn't told every step. */
export const DrawingProgress = ({ image }: { readonly image: ImageState }) => {
  const percent = Math.min(100, Math.max(0, Math.round(image.percent)));
  return (
    <div className="drawing">
      <div className="drawing-words">
        <span data-testid="job-step">
          {image.steps > 0 ? `Step ${image.step} of ${image.steps}` : 'Starting'}
        </span>
        <b>{percent} %</b>
      </div>
      <div
        className={image.steps > 0 ? 'bar' : 'bar bar-starting'}
        role="progressbar"
        aria-label="Drawing"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={`Step ${image.step} of ${image.steps}, ${percent} percent`}
      >
        <span style={{ inlineSize: `${percent}%` }} />
      </div>
    </div>
  );
};
