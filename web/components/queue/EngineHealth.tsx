import type { EngineState } from '../../../src/client/client.ts';
import { useNow } from '../../hooks/useNow.ts';
import { engineState } from '../../text/imageJob.ts';

/** Each engine: whether it draws, and since when not. */
export const EngineHealth = ({ engines }: { readonly engines: readonly EngineState[] }) => {
  const now = useNow(engines.some(({ circuit }) => circuit !== 'closed'));
  return (
    <ul className="engines" data-testid="engines">
      {engines.map((engine) => (
        <li key={engine.name} className={`engine engine-${engine.circuit}`} data-circuit={engine.circuit}>
          <h3>{engine.name}</h3>
          <p className="engine-state">{engineState(engine, now)}</p>
          <p className="engine-models">{engine.models.join(', ') || 'Any model'}</p>
        </li>
      ))}
    </ul>
  );
};
