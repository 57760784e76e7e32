import { decode } from '../events/catalogue.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import { engineStream } from '../events/streams.ts';
import { type Circuit, circuitAfter, closedCircuit, isEngineEvent } from './engine.ts';

/** The circuit before an engine as the log has it now: the last event tells the whole state. */
export const readCircuit = async (log: Pick<EventLog, 'readStream'>, engine: string): Promise<Circuit> => {
  const last = { direction: 'backwards', maxCount: 1 } as const;
  for await (const recorded of log.readStream(engineStream(engine), last)) {
    const event = decode(recorded);
    if (event !== null && isEngineEvent(event)) return circuitAfter(event);
  }
  return closedCircuit;
};
