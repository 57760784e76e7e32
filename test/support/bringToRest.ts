import type { EventLog } from '../../src/events/log/eventLog.ts';
import { picture } from './jobFacts.ts';
import { eventsOf, type Scene } from './storm.ts';
import { openDesks } from './story.ts';

/** Ends every job that hasn't ended yet, as workers, the sweep and the queueing process would in the end. */
export const bringToRest = (log: EventLog, scene: Scene) => async (): Promise<void> => {
  const { desk } = openDesks(log);
  for (const { type, data, messageId } of await eventsOf(log, scene))
    if (type === 'MessagePosted' && data.image !== null && messageId !== undefined)
      await desk.queue(messageId);
  const events = await eventsOf(log, scene);
  const queued = events.flatMap((event) => (event.type === 'JobQueued' ? [event.data.jobId] : []));
  for (const jobId of queued) {
    const attempts = events.filter((event) => event.type === 'JobStarted' && event.jobId === jobId).length;
    await desk.giveUp(jobId, attempts, { code: 'engine_unavailable', retryable: true, reference: 'r' });
    const claim = await desk.claim(jobId, 'sketch');
    if (claim === null) await desk.cancel(jobId);
    else await desk.complete(claim, { images: [picture], engine: 'sketch', model: 'sketch 1' });
  }
};
