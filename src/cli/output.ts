import { stripVTControlCharacters, styleText } from 'node:util';

/** Where a command writes: standard output, and what stands in for it in tests. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** True where NO_COLOR is not set and the terminal shows colours. */
  hasColors?(): boolean;
  write(text: string): unknown;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';
type Cell = string | number | null;

/** What a command says: to a person in lines and tables, to a program (`--json`) in JSON. */
export interface Output {
  readonly json: boolean;
  readonly isTerminal: boolean;
  readonly columns: number;
  /** For people alone. */
  line(text?: string): void;
  /** For people alone: columns under headings, numbers to the right. */
  table(headings: readonly string[], rows: readonly (readonly Cell[])[]): void;
  /** The one result, for programs; people are told by `line` and `table`. */
  result(value: unknown): void;
  /** One of many, a line each: as JSON for programs, as text for people. */
  item(value: unknown, text: string): void;
  /** Takes the place of what `redraw` wrote last; on a terminal alone. */
  redraw(text: string): void;
  style(style: Style, text: string): string;
}

const widthOf = (text: string): number => stripVTControlCharacters(text).length;

const aligned = (headings: readonly string[], rows: readonly (readonly Cell[])[]): string[] => {
  const shown = rows.map((row) => row.map((cell) => (cell === null ? '–' : String(cell))));
  const widths = headings.map((heading, column) =>
    Math.max(widthOf(heading), ...shown.map((row) => widthOf(row[column] ?? ''))),
  );
  const isNumber = headings.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  const lineOf = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const padding = ' '.repeat((widths[column] ?? 0) - widthOf(cell));
        return isNumber[column] ? `${padding}${cell}` : `${cell}${padding}`;
      })
      .join('  ')
      .trimEnd();
  return [headings, ...shown].map(lineOf);
};

export const createOutput = (terminal: Terminal, json: boolean): Output => {
  const isTerminal = terminal.isTTY === true && !json;
  const isColoured = isTerminal && terminal.hasColors?.() === true;
  const style = (name: Style, text: string): string =>
    isColoured ? styleText(name, text, { validateStream: false }) : text;
  const line = (text = ''): void => {
    if (!json) terminal.write(`${text}\n`);
  };
  return {
    json,
    isTerminal,
    columns: terminal.columns ?? 80,
    line,
    table(headings, rows) {
      const [first = '', ...others] = aligned(headings, rows);
      for (const each of [style('bold', first), ...others]) line(each);
    },
    result(value) {
      if (json) terminal.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    item(value, text) {
      terminal.write(`${json ? JSON.stringify(value) : text}\n`);
    },
    redraw(text) {
      // Back to the line's begin, and away with what stands there.
      if (isTerminal) terminal.write(`\r\u001b[2K${text}`);
    },
    style,
  };
};
