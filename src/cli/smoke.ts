import { answering, type Register } from './command.ts';
import { exitCode } from './exitCode.ts';
import { Refused } from './refused.ts';
import { type Outcome, smokeChecks } from './smoke/smokeChecks.ts';

interface SmokeOptions {
  readonly token?: string;
  readonly patience: string;
}

const urlOf = (word: string | undefined): string => {
  if (word === undefined || !/^https?:\/\//.test(word) || !URL.canParse(word))
    throw new Refused(`"${word}" is no address; give it whole, such as http://127.0.0.1:3000.`);
  return word.replace(/\/+$/, '');
};

const secondsOf = (word: string): number => {
  const seconds = Number(word);
  if (!(seconds > 0 && seconds <= 86_400))
    throw new Refused(`--patience takes a number of seconds above 0, not "${word}".`);
  return seconds;
};

const verdict = ({ passed }: Outcome): string => (passed === null ? '–' : passed ? 'passed' : 'failed');

export const addSmoke: Register = (parent) => {
  answering<SmokeOptions>(
    parent
      .command('smoke')
      .argument('<url>', 'where the server is')
      .description(
        'Check a running server from outside: it is up, keeps what is written, draws two small pictures, and says what goes wrong. Makes one conversation and removes it again. Exit code 3 where a check fails.',
      )
      .option(
        '--token <token>',
        'sign in with this token; better in DARKROOM_TOKEN, which no list of processes shows',
      )
      .option('--patience <seconds>', 'how long one thing may take, such as a picture', '60'),
    ['darkroom smoke http://127.0.0.1:3000', 'DARKROOM_TOKEN=… darkroom smoke https://pictures.example'],
    async ({ options, words, output }) => {
      const url = urlOf(words[0]);
      const patienceMs = 1_000 * secondsOf(options.patience);
      const outcomes: Outcome[] = [];
      for await (const outcome of smokeChecks({
        ...{ url, patienceMs },
        token: options.token ?? process.env.DARKROOM_TOKEN,
      })) {
        outcomes.push(outcome);
        output.redraw(`${outcome.check} …`);
      }
      output.redraw('');
      const passed = outcomes.every((each) => each.passed === true);
      output.result({ url, passed, checks: outcomes });
      output.table(
        ['CHECK', 'RESULT', 'SECONDS', 'FOUND'],
        outcomes.map((each) => [
          each.check,
          output.style(each.passed === true ? 'green' : 'red', verdict(each)),
          each.seconds,
          each.found,
        ]),
      );
      return passed ? exitCode.done : exitCode.found;
    },
  );
};
