import { useState } from 'react';
import type { Message } from '../../../src/projections/model.ts';
import { type HistoryPart, historyRows, inPart } from '../../text/history.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { HistoryEntry } from './HistoryEntry.tsx';
import { HistoryParts } from './HistoryParts.tsx';
import { useHistory } from './useHistory.ts';

const Timeline = ({ message, onAgain }: { readonly message: Message; readonly onAgain: () => void }) => {
  const [part, setPart] = useState<HistoryPart>('all');
  const { items, problem } = useHistory(message.messageId, message.position);
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
      <HistoryParts items={items} part={part} onChoose={setPart} />
      <ol className="history-entries" data-testid="history">
        {historyRows(items.filter((item) => inPart(item, part))).map((row) => (
          <HistoryEntry key={row.item.position} row={row} />
        ))}
      </ol>
    </>
  );
};

/** What happened to a message and its pictures: at the side of the page, on a phone over all of it. */
export const HistoryDrawer = ({
  message,
  onClose,
}: {
  readonly message: Message;
  readonly onClose: () => void;
}) => {
  const [tries, setTries] = useState(0);
  return (
    <Dialog title="History" className="history" onClose={onClose}>
      <Timeline key={tries} message={message} onAgain={() => setTries(tries + 1)} />
    </Dialog>
  );
};
