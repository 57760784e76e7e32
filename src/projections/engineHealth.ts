import { z } from 'zod';
import type { DocumentStore, OperationalRecord } from './documents/documentStore.ts';

/** How an engine was when a process that draws last asked it, by a route that draws nothing. */
export const engineHealth = z.object({
  isWell: z.boolean(),
  /** Something answered at its address, be it that the engine isn't well. */
  isReachable: z.boolean(),
  /** What was the matter, for operators: it may name addresses. */
  reason: z.string().nullable(),
  checkedAt: z.string(),
  /** Since when it is as well, or as little. */
  since: z.string(),
});
export type EngineHealth = z.infer<typeof engineHealth>;

const kind = 'engineHealth';
/** An engine that nobody has asked for so long is one of which nothing is known. */
const knownForMs = 5 * 60_000;

type Records = Pick<DocumentStore, 'readRecord' | 'writeRecord'>;

/** Null where nothing is kept, or nothing that still says how the engine is. */
const lately = (record: OperationalRecord | null, now: number): EngineHealth | null => {
  const health = engineHealth.safeParse(record?.value).data;
  return health !== undefined && now - Date.parse(health.checkedAt) <= knownForMs ? health : null;
};

/** Null where no process has asked it lately. */
export const readEngineHealth = async (
  documents: Pick<Records, 'readRecord'>,
  engine: string,
  now: Date,
): Promise<EngineHealth | null> => lately(await documents.readRecord(kind, engine), now.getTime());

/** Kept beside the documents, for the API of every process to tell. */
export const keepEngineHealth = async (
  documents: Records,
  engine: string,
  found: Omit<EngineHealth, 'since'>,
): Promise<void> => {
  const checkedAt = Date.parse(found.checkedAt);
  const record = await documents.readRecord(kind, engine);
  const before = lately(record, checkedAt);
  const since = before?.isWell === found.isWell ? before.since : found.checkedAt;
  // Where another process was quicker, it has asked the engine just now, too.
  await documents.writeRecord(
    kind,
    engine,
    record?.version ?? null,
    { ...found, since },
    checkedAt + knownForMs,
  );
};
