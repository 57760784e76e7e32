import type { Circuit } from '../../../commands/engine.ts';
import { may } from '../../../commands/permissions.ts';
import { readCircuit } from '../../../commands/readCircuit.ts';
import { type EngineHealth, readEngineHealth } from '../../../projections/engineHealth.ts';
import { type Operation, ok, operation } from '../operation.ts';
import type { HttpApiParts } from '../parts.ts';

/** How often in a row it has failed, and while it is open, when it is tried again. */
const shown = (circuit: Circuit) => ({
  circuit: circuit.status,
  failures: circuit.failures,
  ...(circuit.status === 'open' ? { retryAt: circuit.retryAt } : {}),
});

/** How it was when it was last asked; what was the matter may name addresses, and is told to operators alone. */
const shownHealth = (health: EngineHealth | null, isOperator: boolean) =>
  health === null || isOperator ? health : { ...health, reason: null };

/** What draws the pictures, how it is, and whether it rests: as the log has it now, for all processes alike. */
export const engineOperations = ({ engines, log, documents, now }: HttpApiParts): readonly Operation[] => [
  operation({
    method: 'get',
    path: '/engines',
    async answer({ context: { principal } }) {
      const isOperator = may('readOthersJobs', principal);
      const shownEngine = async ({ name, models }: HttpApiParts['engines'][number]) => ({
        name,
        ...shown(await readCircuit(log, name)),
        models,
        health: shownHealth(await readEngineHealth(documents, name, now()), isOperator),
      });
      return ok(await Promise.all(engines.map(shownEngine)));
    },
  }),
];
