import type { BuildProgress } from '../projections/rebuild.ts';
import type { Output } from './output.ts';

/** What is told of a building on its way. */
export interface ShownProgress {
  readonly percent: number;
  readonly position: string;
  readonly until: string;
  readonly eventsPerSecond: number;
  /** Null while that can't be told yet. */
  readonly secondsLeft: number | null;
}

const barWidth = 30;
/** In milliseconds: as often as an eye can follow, and as a file should be filled. */
const tellEvery = { terminal: 100, lines: 2_000 };

const duration = (seconds: number): string =>
  seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;

const bar = (percent: number): string => {
  const full = Math.round((percent / 100) * barWidth);
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`;
};

/** Tells how fast it is by what was done since it began, for pages come in bursts. */
export const createProgress = (what: string, output: Output, clock: () => number) => {
  const began = clock();
  let first: bigint | null = null;
  let told = Number.NEGATIVE_INFINITY;

  const shownOf = ({ position, until, events }: BuildProgress): ShownProgress => {
    const at = BigInt(position);
    first ??= at;
    const seconds = Math.max((clock() - began) / 1_000, 0.001);
    const left = Math.max(0, Number(BigInt(until) - at));
    const gone = Number(at - first);
    return {
      percent:
        until === position ? 100 : Math.min(99, Math.floor((100 * Number(at)) / Number(BigInt(until)))),
      ...{ position, until },
      eventsPerSecond: Math.round(events / seconds),
      secondsLeft: gone === 0 ? null : Math.ceil((left / gone) * seconds),
    };
  };

  return {
    tell(progress: BuildProgress): void {
      const shown = shownOf(progress);
      const isLast = shown.percent === 100;
      const every = output.isTerminal ? tellEvery.terminal : tellEvery.lines;
      if (!isLast && clock() - told < every) return;
      told = clock();
      const rate = `${shown.eventsPerSecond.toLocaleString('en')} events/s`;
      const left = isLast || shown.secondsLeft === null ? '' : `, ${duration(shown.secondsLeft)} left`;
      if (output.isTerminal)
        output.redraw(`${what} ${bar(shown.percent)} ${shown.percent} %  ${rate}${left}`);
      else output.item({ kind: 'progress', ...shown }, `${what}: ${shown.percent} %, ${rate}${left}`);
    },
    /** What comes next stands on a line of its own. */
    end(): void {
      if (output.isTerminal && told > 0) output.line();
    },
  };
};
