import { readPause } from '../../commands/readPause.ts';
import type { KeptEventLog } from '../../events/log/encryption/encryptedEventLog.ts';
import type { KeyStore } from '../../events/log/encryption/keyStore.ts';
import type { RecordedEvent } from '../../events/log/eventLog.ts';
import { beginOfChain } from '../../events/log/seals/chain.ts';
import { readLastSeal } from '../../events/log/seals/readSeals.ts';
import { type Boxes, findKeys } from '../backup/boxes.ts';
import { howMany } from '../howMany.ts';
import { attention, broken, type Finding, ok } from './finding.ts';

/** How many of the newest events are looked at. */
const newestEvents = 500;
/** A write-ahead log that is larger isn't emptied, in bytes. */
const largestWal = 256 * 1024 * 1024;

/** What is read of the log once, for several checks: newest first. */
export const readNewest = async (log: KeptEventLog): Promise<readonly RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for await (const event of log.kept.readAll({ direction: 'backwards', maxCount: newestEvents }))
    events.push(event);
  return events;
};

export const lookAtLog = async (log: KeptEventLog, where: string): Promise<readonly Finding[]> => {
  const began = performance.now();
  const head = await log.head();
  const found = `The log ${log.logId} at ${where} is at ${head}; it answered within ${Math.ceil(performance.now() - began)} ms.`;
  const { state, reason } = log.health();
  const itself =
    state === 'ready'
      ? ok('event log', found)
      : broken('event log', reason ?? found, 'See that its server runs and can be reached from here.');
  const wal = (await log.walBytes?.()) ?? 0;
  if (wal <= largestWal) return [itself];
  return [
    itself,
    attention(
      'event log',
      `Its write-ahead log has grown to ${Math.round(wal / 1_000_000)} MB.`,
      'Find the process that keeps it open for reading for long (a copy, a backup, sqlite3), and end it.',
    ),
  ];
};

/** What isn't sealed for so long was to be sealed: by the setting, and time for another process to take over. */
const patience = (sealMs: number): number => 2 * sealMs + 60_000;

export const lookAtSeals = async (log: KeptEventLog, sealMs: number, now: Date): Promise<Finding> => {
  const last = await readLastSeal(log);
  const through = last?.through ?? beginOfChain.through;
  let since: string | null = null;
  for await (const event of log.readAll({ after: through }))
    if (event.type !== 'LogSealed') {
      since = event.recordedAt;
      break;
    }
  const found =
    last === null ? 'The log has no seal yet' : `The newest seal is of ${last.sealedAt}, through ${through}`;
  if (since === null) return ok('seals', `${found}; all is sealed.`);
  if (now.getTime() - Date.parse(since) <= patience(sealMs)) return ok('seals', `${found}.`);
  return attention(
    'seals',
    `${found}, and what came since ${since} is not sealed.`,
    'Run a process with the duty sweep (darkroom serve); its log says why where it runs and does not seal.',
  );
};

/** Whether what was written last can be read with the keys that there are. */
export const lookAtKeys = async (
  newest: readonly RecordedEvent[],
  keys: KeyStore,
  where: string,
): Promise<Finding> => {
  const needed = new Map<string, number>();
  for (const { metadata } of newest)
    for (const { person, generation } of metadata.personal ?? [])
      needed.set(person, Math.max(generation, needed.get(person) ?? 0));
  const boxes: Boxes = { needed, erased: new Set() };
  const { missing } = await findKeys(boxes, keys);
  const found = `The newest ${newest.length} events take the keys of ${howMany(needed.size, 'person', 'people')}`;
  return missing.length === 0
    ? ok('keys', `${found}; all are in ${where}.`)
    : broken(
        'keys',
        `${found}, and those of ${missing.length} are not in ${where}.`,
        'Let KEYS_URL name the store that the log was written with, or restore it from its backup.',
      );
};

export const lookAtQueue = async (log: KeptEventLog): Promise<Finding> => {
  const pause = await readPause(log);
  return pause === null
    ? ok('queue', 'The queue is running.')
    : attention(
        'queue',
        `${pause.by.name} paused the queue at ${pause.at}.`,
        'Go on with: darkroom queue resume',
      );
};
