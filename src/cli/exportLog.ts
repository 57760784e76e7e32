import { hash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ConversationId, Position } from '../events/ids.ts';
import type { EventLog, RecordedEvent } from '../events/log/eventLog.ts';
import { beginOfChain, type ChainEnd, chainOn } from '../events/log/seals/chain.ts';
import { takeEmptyFolder, writeFile, writeManifest } from './backup/manifest.ts';
import { type ExportManifest, exportedStream } from './exportFormat.ts';
import { Refused } from './refused.ts';

/** Of one file: so many are read and written at once, and so much memory that takes. */
export interface FileSize {
  readonly events: number;
  readonly characters: number;
}
const usualSize: FileSize = { events: 10_000, characters: 16 * 1024 * 1024 };

export interface ExportParts {
  /** As it is kept: what is encrypted stays so. */
  readonly log: Pick<EventLog, 'logId' | 'head' | 'readAll'>;
  readonly folder: string;
  /** Null: all that are archived. */
  readonly conversations: ReadonlySet<ConversationId> | null;
  readonly now: () => Date;
  readonly onProgress: (events: number) => void;
  readonly signal: AbortSignal;
  readonly fileSize?: FileSize;
}

type Archived = ReadonlyMap<ConversationId, boolean>;

/** Which conversations are exported, and whether each is archived. @throws Refused where there is none of a name */
const choose = async ({ log, conversations }: ExportParts, head: Position): Promise<Archived> => {
  const found = new Map<ConversationId, boolean>();
  for await (const { type, metadata } of log.readAll({ until: head })) {
    const { conversationId } = metadata.subject;
    if (conversationId === undefined) continue;
    if (type === 'ConversationStarted') found.set(conversationId, false);
    if (type === 'ConversationArchived') found.set(conversationId, true);
  }
  if (conversations === null) return new Map([...found].filter(([, isArchived]) => isArchived));
  for (const id of conversations)
    if (!found.has(id)) throw new Refused(`There is no conversation ${id} in this log.`);
  return new Map([...found].filter(([id]) => conversations.has(id)));
};

/** What is added to one file after the other. */
const openFiles = (folder: string, { events: most, characters: longest }: FileSize) => {
  const files: ExportManifest['files'] = [];
  let chain: ChainEnd = beginOfChain;
  let lines: string[] = [];
  let characters = 0;
  let first: Position | null = null;

  const finish = async (): Promise<void> => {
    if (first === null) return;
    const path = `events-${String(files.length + 1).padStart(6, '0')}.ndjson.gz`;
    const bytes = await promisify(gzip)(lines.join(''));
    await writeFile(join(folder, path), 'wx', (file) => file.writeFile(bytes));
    files.push({
      ...{ path, bytes: bytes.length, sha256: hash('sha256', bytes), events: lines.length },
      ...{ first, last: chain.through, chain: chain.hash },
    });
    [lines, characters, first] = [[], 0, null];
  };
  return {
    async add(event: RecordedEvent): Promise<void> {
      const { id, stream, revision, position, recordedAt, type, data, metadata } = event;
      const line = `${JSON.stringify({ id, stream, revision, position, recordedAt, type, data, metadata })}\n`;
      chain = chainOn(chain, event);
      first ??= position;
      lines.push(line);
      characters += line.length;
      if (lines.length >= most || characters >= longest) await finish();
    },
    async end(): Promise<ExportManifest['files']> {
      await finish();
      return files;
    },
  };
};

/**
 * Writes the events of conversations, their messages and their jobs into a folder, as of one moment. The log
 * stays as it is. @throws Refused; an aborted signal leaves a folder without a manifest, which is no export
 */
export const exportLog = async (parts: ExportParts): Promise<ExportManifest> => {
  const { log, folder, now, onProgress, signal, fileSize = usualSize } = parts;
  const head = await log.head();
  const archived = await choose(parts, head);
  await takeEmptyFolder(folder, 'export');
  await mkdir(folder, { recursive: true });
  const files = openFiles(folder, fileSize);
  const counts = new Map<ConversationId, number>();
  let events = 0;
  for await (const event of log.readAll({ until: head })) {
    signal.throwIfAborted();
    const { conversationId } = event.metadata.subject;
    if (conversationId === undefined || !archived.has(conversationId) || !exportedStream.test(event.stream))
      continue;
    await files.add(event);
    counts.set(conversationId, (counts.get(conversationId) ?? 0) + 1);
    events += 1;
    onProgress(events);
  }
  const manifest: ExportManifest = {
    ...{ format: 'darkroom export', version: 1, at: now().toISOString(), logId: log.logId, head },
    conversations: [...counts].map(([conversationId, count]) => ({
      ...{ conversationId, archived: archived.get(conversationId) ?? false, events: count },
    })),
    events,
    files: await files.end(),
  };
  await writeManifest(folder, manifest);
  return manifest;
};
