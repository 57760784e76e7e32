const plural = new Intl.PluralRules('en');

/** `3 pictures`; the plural is the word with an s. */
export const counted = (count: number, word: string): string =>
  `${count.toLocaleString('en')} ${word}${plural.select(count) === 'one' ? '' : 's'}`;

/** `8 s`, `1 min 05 s`, `2 h 10 min`. Never negative: clocks of server and browser may differ. */
export const duration = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
};

/** How long something took, finer where it was short: `0.8 s`, `4.2 s`, `42 s`. */
export const took = (milliseconds: number): string =>
  milliseconds < 10_000 ? `${(Math.max(0, milliseconds) / 1_000).toFixed(1)} s` : duration(milliseconds);

/** An estimate, as coarse as it is sure: `a few seconds`, `about 20 s`, `about 3 min`. */
export const about = (milliseconds: number): string => {
  const seconds = milliseconds / 1_000;
  if (seconds < 5) return 'a few seconds';
  if (seconds < 57.5) return `about ${Math.round(seconds / 5) * 5} s`;
  if (seconds < 90) return 'about a minute';
  if (seconds < 3_570) return `about ${Math.round(seconds / 60)} min`;
  return `about ${Math.round(seconds / 3_600)} h`;
};

/** The same with how far it may be off: `about 2 min (±40 s)`; of a few seconds nobody needs to know. */
export const aboutWithin = ({ milliseconds, error }: { milliseconds: number; error: number }): string => {
  const words = about(milliseconds);
  const seconds = error / 1_000;
  if (milliseconds < 5_000 || seconds < 2.5) return words;
  const off = seconds < 57.5 ? `${Math.round(seconds / 5) * 5} s` : `${Math.round(seconds / 60)} min`;
  return `${words} (±${off})`;
};

export const bytes = (count: number): string => {
  if (count < 1_000) return `${count} B`;
  if (count < 1_000_000) return `${Math.round(count / 1_000)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
};

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' });
const dateOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });

export const timeOfDay = (iso: string): string => clock.format(new Date(iso));
export const fullTime = (iso: string): string => full.format(new Date(iso));

const startOfDay = (time: Date): number =>
  new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();

/** `Today`, `Yesterday`, `Tuesday`, `4 March`, `4 March 2023`. */
export const dayOf = (iso: string, now: Date = new Date()): string => {
  const then = new Date(iso);
  const days = Math.round((startOfDay(now) - startOfDay(then)) / 86_400_000);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days < 7) return weekday.format(then);
  return (then.getFullYear() === now.getFullYear() ? date : dateOfYear).format(then);
};

/** For a list: the time of day today, else the day. */
export const shortWhen = (iso: string, now: Date = new Date()): string =>
  dayOf(iso, now) === 'Today' ? timeOfDay(iso) : dayOf(iso, now);

/** Two letters for a face that isn't there. */
export const initials = (name: string): string => {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return (
    letters
      .map((word) => [...(word ?? '')][0] ?? '')
      .join('')
      .toLocaleUpperCase() || '?'
  );
};

/** A number from text, 0–359, the same each time: what gives each person and picture a colour. */
export const hueOf = (text: string): number => {
  let hash = 7;
  for (const letter of text) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return hash % 360;
};
