import type { DrawingReport } from '../workers/drawingReport.ts';
import { fail, type Spans } from './spans.ts';

/** One span an attempt, from its claim to its end, and in it one for each engine that was asked. */
export const traceDrawings = (spans: Spans): DrawingReport => ({
  began({ jobId, attempt, correlationId }) {
    const drawing = { 'darkroom.job': jobId, 'darkroom.attempt': attempt };
    const span = spans.below(correlationId, 'draw', drawing);
    return {
      asked(engine) {
        const asking = spans.within(span, `engine ${engine}`, { 'darkroom.engine': engine });
        return (cause) => {
          if (cause !== null) fail(asking, cause);
          asking.end();
        };
      },
      over: () => span.end(),
    };
  },
});
