import { Argument, type Command } from 'commander';
import { type Register, withExamples } from './command.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

interface Words {
  /** The commands before: `darkroom projections`. */
  readonly path: string;
  readonly words: readonly string[];
}

/** What may follow each command: its commands, else its options. */
const wordsOf = (command: Command, path: string): readonly Words[] => {
  const options = command.options.flatMap(({ long }) => long ?? []);
  const words = [...command.commands.map((each) => each.name()), ...options, '--help'];
  return [{ path, words }, ...command.commands.flatMap((each) => wordsOf(each, `${path} ${each.name()}`))];
};

const rootOf = (command: Command): Command => (command.parent === null ? command : rootOf(command.parent));

const bash = (tree: readonly Words[]): string => `_darkroom() {
  local path="darkroom" word index
  for ((index = 1; index < COMP_CWORD; index += 1)); do
    word="\${COMP_WORDS[index]}"
    [[ "$word" == -* ]] || path="$path $word"
  done
  case "$path" in
${tree.map(({ path, words }) => `    "${path}"*) COMPREPLY=($(compgen -W "${words.join(' ')}" -- "\${COMP_WORDS[COMP_CWORD]}")) ;;`).join('\n')}
  esac
}
complete -o default -F _darkroom darkroom`;

const fish = (tree: readonly Words[]): string =>
  tree
    .flatMap(({ path, words }) => {
      const [, ...before] = path.split(' ');
      const others = tree
        .filter((each) => each.path.startsWith(`${path} `))
        .flatMap((each) => each.path.split(' ')[before.length + 1] ?? []);
      const seen = before.map((word) => `__fish_seen_subcommand_from ${word}`);
      const unseen =
        others.length === 0 ? [] : [`not __fish_seen_subcommand_from ${[...new Set(others)].join(' ')}`];
      const condition = [...seen, ...unseen].join('; and ');
      return words.map((word) =>
        word.startsWith('--')
          ? `complete -c darkroom -n '${condition}' -l ${word.slice(2)}`
          : `complete -c darkroom -f -n '${condition}' -a ${word}`,
      );
    })
    .join('\n');

/** What a shell reads to complete our commands, from the tree as it is. */
export const completionFor = (shell: string, program: Command): string => {
  // The longest first: a pattern of bash takes the first that fits.
  const tree = wordsOf(program, 'darkroom').toSorted((one, other) => other.path.length - one.path.length);
  if (shell === 'fish') return fish(tree);
  return shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${bash(tree)}` : bash(tree);
};

export const addCompletion: Register = (parent) => {
  withExamples(
    parent
      .command('completion')
      .addArgument(new Argument('<shell>', 'whose completion to print').choices(shells))
      .description('Print what a shell reads to complete these commands.')
      .action((shell: string) => {
        process.stdout.write(`${completionFor(shell, rootOf(parent))}\n`);
      }),
    [
      'source <(darkroom completion bash)',
      'darkroom completion fish > ~/.config/fish/completions/darkroom.fish',
    ],
  );
};
