import { type Operation, ok, operation } from '../operation.ts';
import type { HttpApiParts } from '../parts.ts';

/** What draws the pictures. No circuit breaker stands before an engine yet, so each circuit is closed. */
export const engineOperations = ({ engines }: HttpApiParts): readonly Operation[] => [
  operation({
    method: 'get',
    path: '/engines',
    answer: async () => ok(engines.map(({ name, models }) => ({ name, circuit: 'closed', models }))),
  }),
];
