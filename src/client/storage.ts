type Awaitable<Value> = Value | Promise<Value>;

/**
 * Where a client keeps texts by key: a Map, the browser's storage, files, a database. Methods may answer
 * at once or later. What `set` has taken must be whole when it is read: the new text or the old one.
 */
export interface ClientStorage {
  /** The entries whose key begins like this. */
  entries(prefix: string): Awaitable<readonly (readonly [key: string, text: string])[]>;
  set(key: string, text: string): Awaitable<void>;
  remove(key: string): Awaitable<void>;
}

/** Kept as long as the program runs. */
export const memoryStorage = (): ClientStorage => {
  const texts = new Map<string, string>();
  return {
    entries: (prefix) => [...texts].filter(([key]) => key.startsWith(prefix)),
    set: (key, text) => void texts.set(key, text),
    remove: (key) => void texts.delete(key),
  };
};

/**
 * Kept by the browser: `localStorage` for all tabs and after they are closed, `sessionStorage` for one tab
 * and its reloads. A browser may forbid either, and says so only when it is used.
 */
export const webStorage = (name: 'localStorage' | 'sessionStorage'): ClientStorage => ({
  entries: (prefix) => {
    const storage = globalThis[name];
    return Array.from({ length: storage.length }, (_, index) => storage.key(index)).flatMap((key) => {
      const text = key?.startsWith(prefix) ? storage.getItem(key) : null;
      return key === null || text === null ? [] : [[key, text] as const];
    });
  },
  set: (key, text) => globalThis[name].setItem(key, text),
  remove: (key) => globalThis[name].removeItem(key),
});
