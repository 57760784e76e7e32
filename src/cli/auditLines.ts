import type { AuditItem, Difference } from '../projections/past.ts';
import { quoted, sentenceOf } from '../projections/sentences.ts';
import type { Output } from './output.ts';

const said = (value: unknown): string =>
  typeof value === 'string' ? quoted(value) : value === undefined ? 'nothing' : JSON.stringify(value);

/** `text: “a boat” → “a ship”` */
export const changeLine = ({ path, before, after }: Difference): string =>
  `${path}: ${said(before)} → ${said(after)}`;

/** One event for people: when, where in the log, who, what, and below it what it changed. */
export const itemLines = (item: AuditItem, output: Output): string => {
  const begin = `${item.recordedAt}  ${item.position.replace(/^0+(?=.)/, '')}`;
  const first = `${output.style('dim', begin)}  ${output.style('bold', item.actor.name)} ${sentenceOf(item)}`;
  const changes = item.changes.map((change) => output.style('dim', `    ${changeLine(change)}`));
  const from = item.origin?.address == null ? [] : [output.style('dim', `    from ${item.origin.address}`)];
  return [first, ...changes, ...from].join('\n');
};
