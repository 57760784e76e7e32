import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { completionFor } from '../../../src/cli/completion.ts';
import { createProgram } from '../../../src/cli/program.ts';

/** What bash would offer after these words. */
const offered = (...words: readonly string[]): readonly string[] => {
  const script = `${completionFor('bash', createProgram())}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_darkroom
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.trim().split('\n');
};

it('bash completes commands, commands of commands, and options', () => {
  expect(offered('darkroom', 'proj')).toEqual(['projections']);
  expect(offered('darkroom', 'queue', '')).toEqual(expect.arrayContaining(['pause', 'resume']));
  expect(offered('darkroom', 'projections', 'rebuild', '--ver')).toEqual(['--verify']);
});

it('zsh and fish are told every command', () => {
  for (const shell of ['zsh', 'fish'])
    for (const word of ['projections', 'rebuild', 'pause'])
      expect(completionFor(shell, createProgram())).toContain(word);
});
