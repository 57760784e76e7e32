import { describe, expect, it } from 'vitest';
import { createOutput, type Terminal } from '../../../src/cli/output.ts';
import { createProgress } from '../../../src/cli/progress.ts';
import { positionOf } from '../../../src/events/ids.ts';

const screen = (more: Partial<Terminal> = {}) => {
  let text = '';
  const terminal: Terminal = { ...more, write: (written) => (text += written) };
  return { terminal, text: () => text };
};

describe('what a command says', () => {
  it('is a table for people, numbers to the right, and nothing of it for programs', () => {
    const people = screen();
    const rows = [
      ['messages', 12, null],
      ['jobs', 3, 'x'],
    ] as const;
    createOutput(people.terminal, false).table(['NAME', 'BEHIND', 'BY'], rows);
    expect(people.text()).toBe('NAME      BEHIND  BY\nmessages      12  –\njobs           3  x\n');
    const programs = screen();
    const output = createOutput(programs.terminal, true);
    output.table(['NAME'], [['messages']]);
    output.line('hello');
    output.result({ head: 1 });
    expect(JSON.parse(programs.text())).toEqual({ head: 1 });
  });

  it('has colours on a terminal that shows them, and never in a file', () => {
    const onTerminal = createOutput(screen({ isTTY: true, hasColors: () => true }).terminal, false);
    expect(onTerminal.style('red', 'no')).not.toBe('no');
    for (const plain of [{}, { isTTY: true, hasColors: () => false }, { hasColors: () => true }])
      expect(createOutput(screen(plain).terminal, false).style('red', 'no')).toBe('no');
    expect(
      createOutput(screen({ isTTY: true, hasColors: () => true }).terminal, true).style('red', 'no'),
    ).toBe('no');
  });
});

describe('how far a rebuild is', () => {
  const progressOf = (terminal: Terminal, json: boolean) => {
    let now = 0;
    const progress = createProgress('messages', createOutput(terminal, json), () => now);
    return (at: number, seconds: number): void => {
      now = 1_000 * seconds;
      progress.tell({ position: positionOf(at), until: positionOf(1_000), events: at });
    };
  };

  it('is a bar that takes its own place on a terminal', () => {
    const { terminal, text } = screen({ isTTY: true });
    const tell = progressOf(terminal, false);
    tell(0, 0);
    tell(500, 10);
    expect(text().split('\r').at(-1)).toBe(
      '\u001b[2Kmessages ███████████████░░░░░░░░░░░░░░░ 50 %  50 events/s, 10 s left',
    );
  });

  it('is a line every other second in a file, and in JSON for programs', () => {
    const lines = screen();
    const tell = progressOf(lines.terminal, false);
    for (const [at, seconds] of [
      [0, 0],
      [100, 1],
      [200, 2],
      [1_000, 3],
    ] as const)
      tell(at, seconds);
    expect(lines.text().trim().split('\n')).toEqual([
      'messages: 0 %, 0 events/s',
      'messages: 20 %, 100 events/s, 8 s left',
      'messages: 100 %, 333 events/s',
    ]);
    const programs = screen();
    progressOf(programs.terminal, true)(250, 1);
    expect(JSON.parse(programs.text())).toMatchObject({
      kind: 'progress',
      percent: 25,
      eventsPerSecond: 250,
    });
  });
});
