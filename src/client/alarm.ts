/** One timer that is set again and again; it rings once for each time that it was left to. */
export interface Alarm {
  readonly isSet: () => boolean;
  readonly set: (milliseconds: number) => void;
  readonly clear: () => void;
}

export const createAlarm = (ring: () => void): Alarm => {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const clear = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  return {
    isSet: () => timer !== null,
    set: (milliseconds) => {
      clear();
      timer = setTimeout(() => {
        timer = null;
        ring();
      }, milliseconds);
    },
    clear,
  };
};
