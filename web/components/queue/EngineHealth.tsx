import type { EngineState } from '../../../src/client/client.ts';
import { useNow } from '../../hooks/useNow.ts';
import { engineState, healthWords } from '../../text/imageJob.ts';

/** Each engine: whether it draws, and since when not. */
export const EngineHealth = ({ engines }: { readonly engines: readonly EngineState[] }) => {
  const now = useNow(true);
  return (
    <ul className="engines" data-testid="engines">
      {engines.map((engine) => (
        <li key={engine.name} className={`engine engine-${engine.circuit}`} data-circuit={engine.circuit}>
          <h3>{engine.name}</h3>
          <p className="engine-state">{engineState(engine, now)}</p>
          <p className="engine-health" data-well={engine.health?.isWell ?? 'unknown'}>
            {healthWords(engine.health, now)}
          </p>
          {engine.health !== null && engine.health.reason !== null && (
            <p className="engine-reason">{engine.health.reason}</p>
          )}
          <p className="engine-models">{engine.models.join(', ') || 'Any model'}</p>
        </li>
      ))}
    </ul>
  );
};
