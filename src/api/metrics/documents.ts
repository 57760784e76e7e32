import { Counter, type Registry } from 'prom-client';
import { type DocumentStore, LeaseLost } from '../../projections/documents/documentStore.ts';

/** Counts what projections write. */
export const measureDocuments = (registry: Registry) => {
  const batches = new Counter({
    ...{ name: 'darkroom_projection_batches_total', registers: [registry], labelNames: ['outcome'] },
    help: 'Batches of documents: written, failed (it is tried again until it is written), or fenced (another process writes that projection by now).',
  });
  for (const outcome of ['written', 'failed', 'fenced']) batches.inc({ outcome }, 0);

  return <Store extends Pick<DocumentStore, 'write'>>(documents: Store): Store => ({
    ...documents,
    async write(...batch: Parameters<DocumentStore['write']>) {
      try {
        await documents.write(...batch);
        batches.inc({ outcome: 'written' });
      } catch (cause) {
        batches.inc({ outcome: cause instanceof LeaseLost ? 'fenced' : 'failed' });
        throw cause;
      }
    },
  });
};
