/**
 * What the browser keeps for this page. A browser may forbid it (private windows, blocked cookies):
 * then nothing is kept and everything else works, so that is an expected outcome and no error.
 */
export const keep = (key: string, value: string | null): void => {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch (error) {
    console.info(`Darkroom: this browser does not keep ${key}.`, error);
  }
};

export const kept = (key: string): string | null => {
  try {
    return localStorage.getItem(key);
  } catch (error) {
    console.info(`Darkroom: this browser does not give ${key}.`, error);
    return null;
  }
};
