/** How long a part may take to say how it is, in milliseconds: a scrape must not hang with it. */
const longestAnswer = 2_000;

/** The answer, or an error where it doesn't come in time. */
export const inTime = async <Result>(answer: Promise<Result>): Promise<Result> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${longestAnswer} ms`)), longestAnswer);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
};
