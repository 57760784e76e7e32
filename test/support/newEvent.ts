import { v7 } from 'uuid';
import type { EventId } from '../../src/events/ids.ts';
import type { JsonObject } from '../../src/events/json.ts';
import type { NewEvent } from '../../src/events/log/eventLog.ts';

/** An event of no meaning, to see what becomes of it. */
export const newEvent = (data: JsonObject = {}, id: string = v7()): NewEvent => ({
  id: id as EventId,
  type: 'SomethingHappened',
  data,
  metadata: {
    ...{ actor: { id: 'ada', name: 'Ada' }, correlationId: 'c', causationId: 'c' },
    ...{ at: '2026-01-01T00:00:00.000Z', schema: 1, subject: {} },
  },
});
