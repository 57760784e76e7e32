/** A page read ahead. Its failure is kept until asked for: a reader that leaves early never asks. */
export const readAhead = <Page>(reading: Promise<Page>): (() => Promise<Page>) => {
  const settled = reading.then(
    (page) => ({ page }),
    (error: unknown) => ({ error }),
  );
  return async () => {
    const outcome = await settled;
    if ('error' in outcome) throw outcome.error;
    return outcome.page;
  };
};
