import type { EventLog } from '../events/log/eventLog.ts';
import { readSeals } from '../events/log/seals/readSeals.ts';
import { answering, interruption, type Register } from './command.ts';
import { exitCode } from './exitCode.ts';
import { howMany } from './howMany.ts';
import { withLog } from './openStores.ts';
import type { Output } from './output.ts';

interface TypeStats {
  events: number;
  /** Characters of data and metadata as JSON, as the log holds them. */
  characters: number;
}

export interface LogStats {
  readonly events: number;
  readonly streams: number;
  readonly characters: number;
  /** The most frequent first. */
  readonly types: readonly ({ readonly type: string } & Readonly<TypeStats>)[];
  readonly first: string | null;
  readonly last: string | null;
  /** Events of which a part is encrypted. */
  readonly encrypted: number;
  /** Streams by their first word: `job`, `message`, … */
  readonly kinds: Readonly<Record<string, number>>;
}

const kindOf = (stream: string): string => stream.split('-', 1)[0] ?? stream;

/** Reads the whole log, as it is kept. */
export const measureLog = async (
  log: Pick<EventLog, 'readAll'>,
  onEvents: (events: number) => void = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<LogStats> => {
  const types = new Map<string, TypeStats>();
  const kinds = new Map<string, number>();
  const total = { events: 0, streams: 0, characters: 0, encrypted: 0 };
  let first: string | null = null;
  let last: string | null = null;
  for await (const { type, stream, revision, data, metadata, recordedAt } of log.readAll()) {
    if (signal.aborted) break;
    const characters = JSON.stringify(data).length + JSON.stringify(metadata).length;
    const ofType = types.get(type) ?? { events: 0, characters: 0 };
    types.set(type, { events: ofType.events + 1, characters: ofType.characters + characters });
    total.events += 1;
    total.characters += characters;
    if (metadata.personal !== undefined) total.encrypted += 1;
    if (revision === 0) {
      total.streams += 1;
      kinds.set(kindOf(stream), (kinds.get(kindOf(stream)) ?? 0) + 1);
    }
    first ??= recordedAt;
    last = recordedAt;
    if (total.events % 10_000 === 0) onEvents(total.events);
  }
  return {
    ...{ ...total, first, last },
    types: [...types]
      .map(([type, stats]) => ({ type, ...stats }))
      .toSorted((one, other) => other.events - one.events || (one.type < other.type ? -1 : 1)),
    kinds: Object.fromEntries([...kinds].toSorted(([one], [other]) => (one < other ? -1 : 1))),
  };
};

const inWords = (count: number): string => count.toLocaleString('en');

const tell = (
  { events, streams, characters, types, first, last, encrypted, kinds }: LogStats,
  output: Output,
) => {
  output.line(
    `${howMany(events, 'event')} in ${howMany(streams, 'stream')}, ${howMany(characters, 'character')}; ${inWords(encrypted)} of them encrypted in part.`,
  );
  if (first !== null && last !== null) output.line(`The first is of ${first}, the last of ${last}.`);
  output.line(
    `Streams: ${Object.entries(kinds)
      .map(([kind, count]) => `${inWords(count)} ${kind}`)
      .join(', ')}.`,
  );
  output.table(
    ['TYPE', 'EVENTS', 'CHARACTERS', 'EACH'],
    types.map((each) => [each.type, each.events, each.characters, Math.round(each.characters / each.events)]),
  );
};

export const addLogStats: Register = (parent) => {
  answering(
    parent
      .command('stats')
      .description(
        'Read the whole event log and count: events, streams, their size, by type, and its seals.',
      ),
    ['darkroom log stats', 'darkroom log stats --json'],
    ({ output }) =>
      withLog(async (log) => {
        const signal = interruption();
        const stats = await measureLog(
          log.kept,
          (events) => output.redraw(`${inWords(events)} events`),
          signal,
        );
        output.redraw('');
        if (signal.aborted) return exitCode.interrupted;
        const seals = { count: 0, through: null as string | null, events: 0 };
        for await (const seal of readSeals(log)) {
          seals.count += 1;
          seals.through = seal.through;
          seals.events = seal.count;
        }
        const head = await log.head();
        output.result({ logId: log.logId, head, ...stats, seals });
        output.line(`The log is ${log.logId}, at ${head}.`);
        tell(stats, output);
        output.line(
          seals.through === null
            ? 'It has no seal yet.'
            : `It has ${howMany(seals.count, 'seal')}, which cover ${howMany(seals.events, 'event')}, through ${seals.through}.`,
        );
        return exitCode.done;
      }),
  );
};
