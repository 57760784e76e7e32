import { answering, type Register } from './command.ts';
import { examine } from './doctor/examine.ts';
import type { Finding } from './doctor/finding.ts';
import { exitCode } from './exitCode.ts';
import type { Output } from './output.ts';

const colours = { ok: 'green', attention: 'yellow', broken: 'red' } as const;
const widest = 'attention'.length;

const tell = ({ check, state, found, whatToDo }: Finding, output: Output): void => {
  output.line(`${output.style(colours[state], state.padEnd(widest))}  ${check}: ${found}`);
  if (whatToDo !== null) output.line(`${' '.repeat(widest)}  → ${whatToDo}`);
};

export const addDoctor: Register = (parent) => {
  answering(
    parent
      .command('doctor')
      .description(
        'Look at settings, versions, stores, seals, keys, documents, queue, clock and disk, and say what to do. Exit code 3 where something is to be done.',
      ),
    ['darkroom doctor', 'darkroom doctor --json'],
    async ({ output }) => {
      const findings = await examine(new Date());
      const isWell = findings.every(({ state }) => state === 'ok');
      output.result({ state: isWell ? 'ok' : 'found', findings });
      for (const finding of findings) tell(finding, output);
      return isWell ? exitCode.done : exitCode.found;
    },
  );
};
