import type { CommandContext } from './commands.ts';
import type { Cause } from './handler.ts';

/** A person's command as the cause of what happens. */
export const causeOf = ({ principal, commandId, correlationId, origin }: CommandContext): Cause => ({
  actor: { id: principal.id, name: principal.name },
  commandId,
  correlationId,
  origin,
});
