/** How a command ends: docs/cli.md lists them, for scripts go by them. */
export const exitCode = {
  done: 0,
  /** It could not be done; standard error says why, and what to do. */
  failed: 1,
  /** The command was typed wrong; nothing was done. */
  usage: 2,
  /** It was done, and what it looked for was found: differences, damage, something to be put right. */
  found: 3,
  /** Ctrl-C or SIGTERM: what was begun goes on when the command is given again. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
