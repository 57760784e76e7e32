import { useSyncExternalStore } from 'react';
import type { Observable } from '../../src/client/client.ts';

/** What the client library holds, read where it lies: the page keeps no copy. */
export const useObservable = <Value>(observable: Observable<Value>): Value =>
  useSyncExternalStore(observable.subscribe, observable.current, observable.current);
