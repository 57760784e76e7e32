import { ApiProblem } from '../../src/client/client.ts';

/** What a person is told when something they asked for didn't happen. */
export interface Explanation {
  readonly title: string;
  readonly detail: string;
  readonly reference: string | null;
}

/** Of a problem, the server's own words; of anything else, the one thing that a person can do. */
export const explain = (error: unknown, title: string): Explanation => {
  if (error instanceof ApiProblem) return { title, detail: error.detail, reference: error.reference };
  return {
    title,
    detail: 'Darkroom did not answer. Check the connection, then try again.',
    reference: null,
  };
};

/** Messages by field, where the server named fields. The prefix `image.` is the composer's own business. */
export const fieldProblems = (error: unknown): ReadonlyMap<string, string> =>
  new Map(
    error instanceof ApiProblem
      ? error.errors.map(({ path, message }) => [path.replace(/^image\./, ''), message])
      : [],
  );
