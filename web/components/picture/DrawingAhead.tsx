import type { ImageState } from '../../../src/projections/model.ts';
import { counted } from '../../text/format.ts';

/** What will be drawn, where its steps will be counted: so nothing moves when the drawing begins. */
export const DrawingAhead = ({ image: { request } }: { readonly image: ImageState }) => (
  <div className="drawing">
    <div className="drawing-words drawing-ahead">
      {request.width} × {request.height} · {counted(request.steps, 'step')}
      {request.count > 1 && ` · ${counted(request.count, 'picture')}`}
    </div>
    <div className="bar" />
  </div>
);
