import type { AuditItem } from '../../projections/past.ts';

/** Beginnings that a spreadsheet would take for a formula, and run. */
const dangerous = /^[=+\-@\t\r]/;

/** A cell by RFC 4180; what could be a formula is made text by an apostrophe before it. */
const cell = (value: string): string => {
  const text = dangerous.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const columns: readonly (readonly [heading: string, of: (item: AuditItem) => string])[] = [
  ['position', ({ position }) => position],
  ['recordedAt', ({ recordedAt }) => recordedAt],
  ['at', ({ at }) => at],
  ['type', ({ type }) => type],
  ['actorId', ({ actor }) => actor.id],
  ['actorName', ({ actor }) => actor.name],
  ['conversationId', ({ conversationId }) => conversationId ?? ''],
  ['messageId', ({ messageId }) => messageId ?? ''],
  ['jobId', ({ jobId }) => jobId ?? ''],
  ['stream', ({ stream }) => stream],
  ['revision', ({ revision }) => String(revision)],
  ['eventId', ({ eventId }) => eventId],
  ['correlationId', ({ correlationId }) => correlationId],
  ['causationId', ({ causationId }) => causationId],
  ['way', ({ origin }) => origin?.way ?? ''],
  ['address', ({ origin }) => origin?.address ?? ''],
  ['data', ({ data }) => JSON.stringify(data)],
  ['changes', ({ changes }) => JSON.stringify(changes)],
];

const line = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\r\n`;

/** How items are written one after the other: what comes before the first, and each. */
export interface ItemFormat {
  readonly contentType: string;
  readonly head: string;
  readonly line: (item: AuditItem) => string;
}

export const csv: ItemFormat = {
  contentType: 'text/csv; charset=utf-8; header=present',
  head: line(columns.map(([heading]) => heading)),
  line: (item) => line(columns.map(([, of]) => of(item))),
};

/** A JSON object a line. */
export const ndjson: ItemFormat = {
  contentType: 'application/x-ndjson; charset=utf-8',
  head: '',
  line: (item) => `${JSON.stringify(item)}\n`,
};
