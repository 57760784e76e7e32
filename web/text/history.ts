import type { AuditItem } from '../../src/projections/past.ts';

/** An event of a history, and how many steps of a drawing before it are told by it too. */
export interface HistoryRow {
  readonly item: AuditItem;
  readonly alsoSteps: number;
}

const isNextStep = (item: AuditItem, before: HistoryRow | undefined): boolean =>
  item.type === 'JobProgressed' &&
  before?.item.type === 'JobProgressed' &&
  before.item.jobId === item.jobId &&
  before.item.data.attempt === item.data.attempt;

/** Of steps that follow each other the last: they are many, and each says what those before it said. */
export const historyRows = (items: readonly AuditItem[]): readonly HistoryRow[] => {
  const rows: HistoryRow[] = [];
  for (const item of items) {
    const before = rows.at(-1);
    if (before === undefined || !isNextStep(item, before)) rows.push({ item, alsoSteps: 0 });
    else rows.splice(-1, 1, { item, alsoSteps: before.alsoSteps + 1 });
  }
  return rows;
};

/** What of a history is looked at: all of it, the message itself, or one of its jobs. */
export type HistoryPart = 'all' | 'message' | string;

export const inPart = ({ type, jobId }: AuditItem, part: HistoryPart): boolean => {
  if (part === 'all') return true;
  return part === 'message' ? type.startsWith('Message') : jobId === part && !type.startsWith('MessageE');
};

/** The jobs of a history in the order in which they were asked for. */
export const jobsIn = (items: readonly AuditItem[]): readonly string[] => [
  ...new Set(items.flatMap(({ jobId }) => jobId ?? [])),
];

/** A text before and after: what both have at their begin and end, and what is another between. */
export interface TextChange {
  readonly begin: string;
  readonly removed: string;
  readonly added: string;
  readonly end: string;
}

const wordsOf = (text: string): readonly string[] => text.match(/\s+|[^\s]+/gu) ?? [];

/** By words, for half a word that is struck out is hard to read. */
export const textChange = (before: string, after: string): TextChange => {
  const [was, is] = [wordsOf(before), wordsOf(after)];
  const shorter = Math.min(was.length, is.length);
  let begin = 0;
  while (begin < shorter && was[begin] === is[begin]) begin += 1;
  let end = 0;
  while (end < shorter - begin && was.at(-1 - end) === is.at(-1 - end)) end += 1;
  return {
    begin: was.slice(0, begin).join(''),
    removed: was.slice(begin, was.length - end).join(''),
    added: is.slice(begin, is.length - end).join(''),
    end: was.slice(was.length - end).join(''),
  };
};

const toTheSecond = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** Events of a picture follow each other within seconds. */
export const exactTime = (iso: string): string => toTheSecond.format(new Date(iso));

const names: Readonly<Record<string, string>> = {
  text: 'Text',
  removed: 'Removed',
  title: 'Title',
  status: 'State',
  priority: 'Priority',
  attempt: 'Attempt',
  engine: 'Engine',
  model: 'Model',
  error: 'Reason',
};

/** What a value is called, by its path; null for what tells a person nothing. */
export const changeName = (path: string): string | null =>
  path.startsWith('metadata') ? path.slice('metadata.'.length) || 'Details' : (names[path] ?? null);

/** A value as a person reads it; empty where there is none. */
export const shownValue = (value: unknown): string => {
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
};
