import type { LogId, Position } from '../../events/ids.ts';
import { startOfLog } from '../../events/ids.ts';
import type { GenerationShown } from '../../projections/overview.ts';
import { howMany } from '../howMany.ts';
import { attention, broken, type Finding, ok } from './finding.ts';

/** So far behind, in places of the log, is more than the next moment makes good. */
const far = 10_000;

const distance = (head: Position, position: Position | null): number =>
  Math.max(0, Number(BigInt(head) - BigInt(position ?? startOfLog)));

const check = 'documents';

const judgeOne = (shown: GenerationShown, logId: LogId, head: Position): Finding | null => {
  const { projection, state, stopped, writer, logId: of, position } = shown;
  if (state === 'newer')
    return attention(
      check,
      `${projection} was written by a newer release too (version ${shown.version}).`,
      'Run that release; or, if you went back on purpose, drop it: darkroom projections drop.',
    );
  if (state !== 'live') return null;
  if (stopped !== null)
    return broken(
      check,
      `${projection} has stopped: ${stopped.reason}.`,
      'Run a release that can digest it, or leave it out: darkroom projections status says how.',
    );
  if (of !== null && (of !== logId || (position !== null && position > head)))
    return broken(
      check,
      `${projection} is of another event log.`,
      `Build it again: darkroom projections rebuild ${projection}`,
    );
  const behind = distance(head, position);
  if (writer !== null && behind > far)
    return attention(
      check,
      `${projection} is ${behind.toLocaleString('en')} places behind the log.`,
      `It is written by process ${writer.pid}: see whether it moves (darkroom projections status), and what that process logs.`,
    );
  return null;
};

/** What is to be said of the documents, and whether somebody writes them. */
export const judgeDocuments = (
  generations: readonly GenerationShown[],
  logId: LogId,
  head: Position,
): readonly Finding[] => {
  const found = generations.flatMap((shown) => judgeOne(shown, logId, head) ?? []);
  const live = generations.filter(({ state }) => state === 'live');
  const writers = new Set(live.flatMap(({ writer }) => writer?.pid ?? []));
  const behind = Math.max(0, ...live.map(({ position }) => distance(head, position)));
  const by =
    writers.size === 0
      ? 'no server runs'
      : `written by process ${[...writers].sort((one, other) => one - other).join(', ')}`;
  const all = ok(
    check,
    `${howMany(live.length, 'projection')}, at most ${howMany(behind, 'place')} behind the log; ${by}.`,
  );
  const unwritten = live.filter(({ writer }) => writer === null).map(({ projection }) => projection);
  const isPartly = writers.size > 0 && unwritten.length > 0;
  return [
    ...(found.some(({ state }) => state === 'broken') ? [] : [all]),
    ...found,
    ...(isPartly
      ? [
          attention(
            check,
            `Nobody writes ${unwritten.join(', ')}, though a server runs.`,
            'See what the processes with the duty projector log.',
          ),
        ]
      : []),
  ];
};
