/**
 * Starts a thread where Darkroom runs from its TypeScript source (tests, `tsx`). Node 20 can't load
 * TypeScript itself, and `--import tsx` in a worker's `execArgv` registers nothing there, so the loader
 * is registered from inside the thread. A build has `.js` files and never reads this one.
 */
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.module);
