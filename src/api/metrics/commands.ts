import { Counter, type Registry } from 'prom-client';
import type { Commands } from '../../commands/commands.ts';
import { DomainError, InvalidInput } from '../../commands/errors.ts';

/** A rule says no to some, and that is right; `too_many_conflicts` is a failure of ours. */
const outcomeOf = (cause: unknown): 'refused' | 'limited' | 'failed' => {
  if (cause instanceof InvalidInput) return 'refused';
  if (!(cause instanceof DomainError) || cause.code === 'too_many_conflicts') return 'failed';
  return cause.code === 'quota_exceeded' || cause.code === 'queue_full' ? 'limited' : 'refused';
};

/** Counts what became of pictures that people asked for: by a message, or by trying one again. */
export const countSubmissions = (registry: Registry) => {
  const submissions = new Counter({
    ...{ name: 'darkroom_submissions_total', registers: [registry], labelNames: ['outcome'] },
    help: 'Pictures asked for: accepted, refused (by a rule: archived, not yours, …), limited (too many wait, the person’s or all), failed (the server could not take it).',
  });
  for (const outcome of ['accepted', 'refused', 'limited', 'failed']) submissions.inc({ outcome }, 0);

  const counted = async <Result>(submitted: Promise<Result>): Promise<Result> => {
    try {
      const result = await submitted;
      submissions.inc({ outcome: 'accepted' });
      return result;
    } catch (cause) {
      submissions.inc({ outcome: outcomeOf(cause) });
      throw cause;
    }
  };

  return (commands: Commands): Commands => ({
    ...commands,
    postMessage(context, id, input) {
      const posted = commands.postMessage(context, id, input);
      return input.image === undefined ? posted : counted(posted);
    },
    retryJob: (context, id) => counted(commands.retryJob(context, id)),
  });
};
