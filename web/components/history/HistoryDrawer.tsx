import { useState } from 'react';
import type { Position } from '../../../src/events/ids.ts';
import { type HistoryPart, historyRows, inPart } from '../../text/history.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { HistoryEntry } from './HistoryEntry.tsx';
import { HistoryParts } from './HistoryParts.tsx';
import { type HistoryOf, useHistory } from './useHistory.ts';

interface Asked {
  readonly of: HistoryOf;
  readonly position: Position;
}

const Timeline = ({ of, position, onAgain }: Asked & { readonly onAgain: () => void }) => {
  const [part, setPart] = useState<HistoryPart>('all');
  const { items, problem } = useHistory(of, position);
  if (problem !== null)
    return (
      <div className="history-problem" role="alert">
        <strong>{problem.title}</strong>
        <p>{problem.detail}</p>
        <button type="button" className="button" onClick={onAgain}>
          Try again
        </button>
      </div>
    );
  if (items === null) return <p role="status">Reading what happened…</p>;
  return (
    <>
      {of.kind === 'message' && <HistoryParts items={items} part={part} onChoose={setPart} />}
      <ol className="history-entries" data-testid="history">
        {historyRows(items.filter((item) => inPart(item, part))).map((row) => (
          <HistoryEntry key={row.item.position} row={row} />
        ))}
      </ol>
    </>
  );
};

/** What happened to a message and its pictures, or to one of these: at the side of the page, on a phone over all of it. */
export const HistoryDrawer = ({
  title,
  onClose,
  ...asked
}: Asked & {
  readonly title: string;
  readonly onClose: () => void;
}) => {
  const [tries, setTries] = useState(0);
  return (
    <Dialog title={title} className="history" onClose={onClose}>
      <Timeline key={tries} {...asked} onAgain={() => setTries(tries + 1)} />
    </Dialog>
  );
};
