import type { Circuit } from '../../../commands/engine.ts';
import { readCircuit } from '../../../commands/readCircuit.ts';
import { type Operation, ok, operation } from '../operation.ts';
import type { HttpApiParts } from '../parts.ts';

/** How often in a row it has failed, and while it is open, when it is tried again. */
const shown = (circuit: Circuit) => ({
  circuit: circuit.status,
  failures: circuit.failures,
  ...(circuit.status === 'open' ? { retryAt: circuit.retryAt } : {}),
});

/** What draws the pictures, and whether it rests: as the log has it now, for all processes alike. */
export const engineOperations = ({ engines, log }: HttpApiParts): readonly Operation[] => [
  operation({
    method: 'get',
    path: '/engines',
    answer: async () =>
      ok(
        await Promise.all(
          engines.map(async ({ name, models }) => ({
            name,
            ...shown(await readCircuit(log, name)),
            models,
          })),
        ),
      ),
  }),
];
