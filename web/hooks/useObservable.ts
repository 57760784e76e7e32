import { useCallback, useSyncExternalStore } from 'react';
import type { Observable } from '../../src/client/client.ts';

/** What the client library holds, read where it lies: the page keeps no copy. */
export const useObservable = <Value>(observable: Observable<Value>): Value => {
  const subscribe = useCallback((listener: () => void) => observable.on('change', listener), [observable]);
  const read = () => observable.state;
  return useSyncExternalStore(subscribe, read, read);
};
