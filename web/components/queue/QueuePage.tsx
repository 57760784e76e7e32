import type { ReactNode } from 'react';
import type { Job } from '../../../src/projections/model.ts';
import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom, useImageJobs } from '../../hooks/useDarkroom.ts';
import { useObservable } from '../../hooks/useObservable.ts';
import { useWholeQueue } from '../../hooks/useWholeQueue.ts';
import { paceWords } from '../../text/imageJob.ts';
import { QueueNotice } from '../chat/QueueNotice.tsx';
import { Icon } from '../ui/Icon.tsx';
import { IconButton } from '../ui/IconButton.tsx';
import { EngineHealth } from './EngineHealth.tsx';
import { QueueRow } from './QueueRow.tsx';

const Jobs = ({
  title,
  jobs,
  count,
  empty,
  onChanged,
  children,
}: {
  readonly title: string;
  readonly jobs: readonly Job[];
  readonly count: number;
  readonly empty: string;
  readonly onChanged: () => void;
  readonly children?: ReactNode;
}) => (
  <section className="queue-section" aria-label={title}>
    <h2>
      {title} <span className="chip chip-quiet">{count.toLocaleString('en')}</span>
    </h2>
    {jobs.length === 0 && <p className="queue-empty">{empty}</p>}
    <ol className="queue-rows">
      {jobs.map((job) => (
        <QueueRow key={job.jobId} job={job} onChanged={onChanged} />
      ))}
    </ol>
    {children}
  </section>
);

/** Turns the pages of those that wait; nothing where all are on one. */
const Pages = ({
  shown,
  count,
  previous,
  next,
}: {
  readonly shown: readonly Job[];
  readonly count: number;
  readonly previous: (() => void) | null;
  readonly next: (() => void) | null;
}) => {
  if (previous === null && next === null) return null;
  const [from, until] = [shown[0]?.place, shown.at(-1)?.place].map(
    (place) => place?.toLocaleString('en') ?? '–',
  );
  return (
    <nav className="queue-pages" aria-label="Pages of those that wait" data-testid="queue-pages">
      <button
        type="button"
        className="button button-small"
        disabled={previous === null}
        onClick={() => previous?.()}
      >
        Previous
      </button>
      <span role="status">
        {from} to {until} of {count.toLocaleString('en')}
      </span>
      <button type="button" className="button button-small" disabled={next === null} onClick={() => next?.()}>
        Next
      </button>
    </nav>
  );
};

/** For operators: everything that waits and is drawn, whoever asked for it, and the engines that draw. */
export const QueuePage = ({ onOpenDrawer }: { readonly onOpenDrawer: () => void }) => {
  const { client, queue } = useDarkroom();
  const { paused, waitingCount, running } = useObservable(queue).queue;
  const engines = useImageJobs((state) => state.engines);
  const queueNow = useImageJobs((state) => state.queueNow);
  const { whole, look, previous, next } = useWholeQueue();
  const { busy, run } = useAction('The queue was left as it is');
  const pace = paceWords(queueNow?.workers ?? null, queueNow?.durations ?? null);
  return (
    <section className="queue-page" aria-label="The queue" data-testid="queue-page">
      <header className="conversation-header">
        <IconButton
          icon="menu"
          label="Show the conversations"
          className="drawer-button"
          onClick={onOpenDrawer}
        />
        <div className="conversation-heading">
          <h1>The queue</h1>
        </div>
        <button
          type="button"
          className="button button-small"
          data-testid="queue-page-switch"
          disabled={busy}
          onClick={() => run(() => (paused ? client.api.resumeQueue() : client.api.pauseQueue()))}
        >
          <Icon name={paused ? 'play' : 'pause'} size={15} />
          {paused ? 'Resume' : 'Pause for all'}
        </button>
      </header>
      <QueueNotice />
      <div className="queue-scroll">
        <div className="queue-content">
          <section className="queue-section" aria-label="Engines">
            <h2>Engines</h2>
            <EngineHealth engines={engines} />
            {pace !== null && <p className="queue-empty">{pace}</p>}
          </section>
          {whole !== null && (
            <>
              <Jobs
                title="Being drawn"
                jobs={whole.running}
                count={Math.max(running, whole.running.length)}
                empty="Nothing is being drawn."
                onChanged={look}
              />
              <Jobs
                title="Waiting"
                jobs={whole.waiting}
                count={Math.max(waitingCount, whole.waiting.length)}
                empty="Nobody waits."
                onChanged={look}
              >
                <Pages shown={whole.waiting} count={waitingCount} previous={previous} next={next} />
              </Jobs>
            </>
          )}
        </div>
      </div>
    </section>
  );
};
