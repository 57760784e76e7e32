import type { Claim } from './jobDesk.ts';

/** Is told how one attempt goes. */
export interface AttemptReport {
  /** This engine is asked for the picture. What it gives is called when that is over, with what went wrong, or null. */
  asked(engine: string): (cause: unknown) => void;
  /** It has ended, whatever became of it. */
  over(): void;
}

/** Is told what a worker draws. */
export interface DrawingReport {
  began(claim: Claim): AttemptReport;
}

const silence: AttemptReport = { asked: () => () => {}, over: () => {} };
/** Where nobody wants to know. */
export const noReport: DrawingReport = { began: () => silence };
