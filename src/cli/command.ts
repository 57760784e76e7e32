import type { Command } from 'commander';
import type { ExitCode } from './exitCode.ts';
import { createOutput, type Output } from './output.ts';

/** Adds its commands to the tree: what each file of commands exports. */
export type Register = (parent: Command) => void;

/** What was typed. */
export interface Asked<Options> {
  readonly options: Options;
  /** The words that are no options. */
  readonly words: readonly string[];
  readonly output: Output;
}

export const withExamples = (command: Command, examples: readonly string[]): Command =>
  command.addHelpText(
    'after',
    `\nExample${examples.length === 1 ? '' : 's'}:\n${examples.map((each) => `  ${each}`).join('\n')}`,
  );

/** Makes it a command that answers, to people or (`--json`) to programs, and says how it ended. */
export const answering = <Options extends object>(
  command: Command,
  examples: readonly string[],
  run: (asked: Asked<Options>) => Promise<ExitCode>,
): Command =>
  withExamples(command.option('--json', 'answer in JSON, for programs'), examples).action(async () => {
    const options = command.opts<Options & { json?: boolean }>();
    const output = createOutput(process.stdout, options.json === true);
    process.exitCode = await run({ options, words: command.args, output });
  });

/**
 * Aborts at the first Ctrl-C or SIGTERM, so that what is under way is put down in order; at the second
 * the process ends at once.
 */
export const interruption = (): AbortSignal => {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  return interrupted.signal;
};
