import { v5 } from 'uuid';
import { decode } from '../events/catalogue.ts';
import type { EventId, Position } from '../events/ids.ts';
import type { EventLog } from '../events/log/eventLog.ts';
import type { Actor } from '../events/metadata.ts';
import { projectionEvents } from '../events/projection.ts';
import { projectionStream } from '../events/streams.ts';
import type { Track } from './track.ts';

/** Positions of the events that this projection leaves out, whichever version or generation it is. */
export const readSkipped = async (
  log: Pick<EventLog, 'readStream'>,
  projection: string,
): Promise<ReadonlySet<Position>> => {
  const skipped = new Set<Position>();
  for await (const recorded of log.readStream(projectionStream(projection))) {
    const event = decode(recorded);
    if (event?.type === 'EventSkipped') skipped.add(event.data.position);
  }
  return skipped;
};

/** Whether it was decided that a projection leaves out the event that it stands before. */
export const isPardoned = async (
  log: Pick<EventLog, 'readStream'>,
  { projection, stopped }: Pick<Track, 'projection' | 'stopped'>,
): Promise<boolean> =>
  stopped !== null &&
  stopped.at !== null &&
  (await readSkipped(log, projection.name)).has(stopped.at.position);

export interface Activation {
  readonly projection: string;
  readonly version: number;
  readonly generation: number;
  readonly previous: { readonly version: number; readonly generation: number } | null;
  readonly actor: Actor;
  /** The same for a repetition, so that what is told twice is there once. */
  readonly commandId: string;
}

/** Tells the log which documents are read from now on. */
export const tellActivation = async (
  log: Pick<EventLog, 'append'>,
  activation: Activation,
): Promise<void> => {
  const { projection, version, generation, previous, actor, commandId } = activation;
  await log.append(projectionStream(projection), 'any', [
    {
      id: v5(`${projection} ${version} ${generation}`, commandId) as EventId,
      type: 'ProjectionActivated',
      data: { version, generation, previous },
      metadata: {
        ...{ actor, correlationId: commandId, causationId: commandId },
        at: new Date().toISOString(),
        schema: projectionEvents.ProjectionActivated.version,
        subject: {},
      },
    },
  ]);
};
