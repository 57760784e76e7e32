import { useId } from 'react';
import type { AuditItem } from '../../../src/projections/past.ts';
import { type HistoryPart, jobsIn } from '../../text/history.ts';

/** Chooses what of a history is shown: all, the message, or one of its pictures. */
export const HistoryParts = ({
  items,
  part,
  onChoose,
}: {
  readonly items: readonly AuditItem[];
  readonly part: HistoryPart;
  readonly onChoose: (part: HistoryPart) => void;
}) => {
  const name = useId();
  const jobs = jobsIn(items);
  if (jobs.length === 0) return null;
  const choices: readonly (readonly [HistoryPart, string])[] = [
    ['all', 'Everything'],
    ['message', 'Message'],
    ...jobs.map((job, index) => [job, jobs.length === 1 ? 'Picture' : `Try ${index + 1}`] as const),
  ];
  return (
    <fieldset className="history-parts">
      <legend className="visually-hidden">Show</legend>
      {choices.map(([value, label]) => (
        <label key={value}>
          <input
            type="radio"
            name={name}
            value={value}
            checked={part === value}
            onChange={() => onChoose(value)}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
};
