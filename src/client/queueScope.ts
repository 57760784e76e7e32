import { emptyQueue, type QueuePlaces } from '../projections/places.ts';
import { applyQueueChange, needsSnapshot, queuePlacesFromSnapshot } from '../projections/queuePlaces.ts';
import type { Observable, QueueView } from './client.ts';
import { createStore } from './observable.ts';
import type { PlaceReports } from './placeReports.ts';
import { readableChanges } from './readable.ts';
import { ScopeFollower } from './scopeFollower.ts';
import type { Line, ScopeTarget, Timing } from './scopeTarget.ts';

export interface QueueScope {
  readonly store: Observable<QueueView>;
  readonly follower: ScopeFollower;
  readonly restored: null;
  close(): void;
}

/** The queue, moved by its changes; so that every place shown is right without being sent. */
export const createQueueScope = (line: Line, timing: Timing, reports: PlaceReports): QueueScope => {
  const store = createStore<QueueView>({ view: 'loading', queue: emptyQueue });
  const target: ScopeTarget = {
    take: (snapshot, { through }) => {
      const queue = queuePlacesFromSnapshot(snapshot as Omit<QueuePlaces, 'position'>, through);
      store.set({ ...store.state, queue });
    },
    apply: (received) => {
      const changes = readableChanges(received);
      if (changes === null) return 'read_again';
      let queue = store.state.queue;
      let isComplete = true;
      for (const change of changes) {
        isComplete &&= !needsSnapshot(queue, change);
        queue = applyQueueChange(queue, change);
      }
      if (queue !== store.state.queue) store.set({ ...store.state, queue });
      return isComplete ? 'applied' : 'read_again';
    },
    reached: (cursor) => reports.shown(store.state.queue, cursor),
    show: (view) => {
      if (view === store.state.view) return;
      store.set({ ...store.state, view });
      if (view === 'live') reports.begin();
    },
  };
  const follower = new ScopeFollower({ scope: 'queue' }, target, line, timing);
  return { store, follower, restored: null, close: () => follower.close() };
};
