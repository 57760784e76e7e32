import type { AuditItem } from '../../../src/projections/past.ts';
import { sentenceOf } from '../../../src/projections/sentences.ts';
import { counted, fullTime } from '../../text/format.ts';
import { exactTime, type HistoryRow } from '../../text/history.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Icon, type IconName } from '../ui/Icon.tsx';
import { ValueChange } from './ValueChange.tsx';

const icons: Readonly<Record<string, IconName>> = {
  MessagePosted: 'send',
  MessageEdited: 'pencil',
  MessageMetadataMerged: 'tag',
  MessageRemoved: 'trash',
  JobQueued: 'clock',
  JobStarted: 'play',
  JobProgressed: 'sparkle',
  JobCompleted: 'check',
  JobFailed: 'alert',
  JobRefused: 'alert',
  JobRequeued: 'retry',
  JobPrioritized: 'swap',
  JobCancelled: 'close',
  CommandRefused: 'lock',
};

const ways = { http: 'the page or a program', cli: 'the command line', process: 'Darkroom itself' } as const;

/** `the page or a program, 203.0.113.7` */
const fromWhere = ({ way, address }: NonNullable<AuditItem['origin']>): string =>
  address === null ? ways[way] : `${ways[way]}, ${address}`;

/** One event: who did what and when, what it changed, and for those who look closer where it came from. */
export const HistoryEntry = ({ row }: { readonly row: HistoryRow }) => {
  const { item, alsoSteps } = row;
  const { type, actor, recordedAt, position, correlationId, causationId, origin, changes } = item;
  return (
    <li className="history-entry" data-testid="history-entry" data-type={type}>
      <span className="history-mark" data-type={type}>
        <Icon name={icons[type] ?? 'history'} size={15} />
      </span>
      <div className="history-what">
        <p>
          <bdi className="history-actor">{actor.name}</bdi> {sentenceOf(item)}
          {alsoSteps > 0 && <span className="history-aside"> · {counted(alsoSteps, 'step')} before it</span>}
        </p>
        <time dateTime={recordedAt} title={fullTime(recordedAt)}>
          {exactTime(recordedAt)}
        </time>
        {changes.length > 0 && (
          <dl className="history-changes">
            {changes.map((change) => (
              <ValueChange key={change.path} {...change} />
            ))}
          </dl>
        )}
        <details className="disclosure history-origin">
          <summary>Where it came from</summary>
          <dl>
            {(
              [
                ['Event', type],
                ['Position', position],
                ['Request', correlationId],
                [origin?.way === 'process' ? 'Because of' : 'Command', causationId],
                ['From', origin === null ? null : fromWhere(origin)],
              ] as const
            )
              .flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]))
              .map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>
                    <code>{value}</code>
                    <CopyButton text={value} label={`Copy: ${name.toLowerCase()}`} />
                  </dd>
                </div>
              ))}
          </dl>
        </details>
      </div>
    </li>
  );
};
