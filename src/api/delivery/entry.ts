import type { Event } from '../../events/catalogue.ts';
import type { JobId, Position, UserId } from '../../events/ids.ts';
import type { Scope, ScopeEvent, TimelineText } from '../../projections/readModel.ts';
import { type OwnedEvent, shownIn } from '../../projections/scopes.ts';
import { jsonOf } from './encoding.ts';
import { keysOf, scopeKey } from './keys.ts';
import { redact } from './redact.ts';

/** An event of a scope as one viewer is shown it, with what cutting it into batches needs to know. */
export interface Entry {
  readonly position: Position;
  /** The event as JSON. */
  readonly json: string;
  /** Of that, as UTF-8. */
  readonly bytes: number;
  /** The job whose progress it tells; null for everything else. */
  readonly progressOf: JobId | null;
  /** Who left a conversation by it. */
  readonly leaver: UserId | null;
}

/** The ways in which one event is shown: nearly everyone gets the same one, so each is made once. */
type Form = 'public' | 'redacted' | 'queueOwn' | 'queueOthers';

/** An event of the log, decoded once for all who may see it. */
export interface SeenEvent {
  readonly event: OwnedEvent;
  /** Its owner was in the conversation neither when it happened nor, where that is known, later. */
  readonly hiddenFromOwner: boolean;
  /** Of the scopes that it is in. */
  readonly keys: readonly string[];
  readonly forms: Map<Form, Entry>;
}

export const seenEvent = (event: OwnedEvent, hiddenFromOwner: boolean): SeenEvent => ({
  event,
  hiddenFromOwner,
  keys: keysOf(event),
  forms: new Map(),
});

const progressOf = (event: Event): JobId | null =>
  event.type === 'JobProgressed' ? (event.jobId ?? null) : null;

const leaver = (event: Event): UserId | null =>
  event.type === 'ParticipantLeft' ? event.data.participant.id : null;

/** Of an event that is remembered: its text is not, but for some moments. */
class ShownEvent implements Entry {
  readonly position: Position;
  readonly bytes: number;
  readonly progressOf: JobId | null;
  readonly leaver: UserId | null;
  readonly #shown: ScopeEvent;

  constructor(event: OwnedEvent, shown: ScopeEvent) {
    this.#shown = shown;
    this.position = event.position;
    this.bytes = Buffer.byteLength(this.json);
    this.progressOf = progressOf(event);
    this.leaver = leaver(event);
  }

  get json(): string {
    return jsonOf(this.#shown);
  }
}

/** Of an event as it lies in the store: only what leads to more than showing it is read. */
export const entryOfText = ({ position, type, json }: TimelineText): Entry => {
  const bytes = Buffer.byteLength(json);
  if (type !== 'JobProgressed' && type !== 'ParticipantLeft')
    return { position, json, bytes, progressOf: null, leaver: null };
  const event: Event = JSON.parse(json);
  return { position, json, bytes, progressOf: progressOf(event), leaver: leaver(event) };
};

const formOf = ({ event, hiddenFromOwner }: SeenEvent, scope: Scope, viewer: UserId): Form => {
  if (scope.scope === 'queue') return event.ownerId === viewer ? 'queueOwn' : 'queueOthers';
  return scope.scope === 'user' && event.ownerId === viewer && hiddenFromOwner ? 'redacted' : 'public';
};

/** The event as that scope shows it to that person. Only for events that are in it. */
export const entryOf = (seen: SeenEvent, scope: Scope, viewer: UserId): Entry => {
  const form = formOf(seen, scope, viewer);
  const known = seen.forms.get(form);
  if (known !== undefined) return known;
  const event = form === 'redacted' ? redact(seen.event) : seen.event;
  const entry = new ShownEvent(event, shownIn(event, scope, viewer));
  seen.forms.set(form, entry);
  return entry;
};

/** Those of the events that are in the scope, as it shows them to that person. */
export const entriesOf = (events: readonly SeenEvent[], scope: Scope, viewer: UserId): Entry[] => {
  const key = scopeKey(scope, viewer);
  return events.flatMap((seen) => (seen.keys.includes(key) ? entryOf(seen, scope, viewer) : []));
};
