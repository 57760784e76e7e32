import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type CopyProgress, copyLog } from '../events/log/copyLog.ts';
import type { EventLog, RecordedEvent } from '../events/log/eventLog.ts';
import { beginOfChain, type ChainEnd, chainOn } from '../events/log/seals/chain.ts';
import type { StreamName } from '../events/streams.ts';
import { readManifest, verifyFiles } from './backup/manifest.ts';
import { type ExportManifest, exportedEvent, exportManifest } from './exportFormat.ts';
import { Refused } from './refused.ts';

/** A file of an export is never larger than this, unpacked; what claims to be is none of ours. */
const largestFile = 128 * 1024 * 1024;

async function* eventsOf(folder: string, path: string): AsyncGenerator<RecordedEvent, void, undefined> {
  const file = join(folder, path);
  let number = 0;
  try {
    const text = await promisify(gunzip)(await readFile(file), { maxOutputLength: largestFile });
    for (const line of text.toString('utf8').trimEnd().split('\n')) {
      number += 1;
      yield exportedEvent.parse(JSON.parse(line));
    }
  } catch (cause) {
    throw new Refused(`${file} is not what this release can import: line ${number} of it can not be read.`, {
      cause,
    });
  }
}

/** The exported events in their order; each file is read when it is its turn. */
async function* allEvents(
  folder: string,
  { files }: ExportManifest,
): AsyncGenerator<RecordedEvent, void, undefined> {
  for (const { path } of files) yield* eventsOf(folder, path);
}

/** Each stream is there from its first event on, or appending would stop in the middle. @throws Refused */
const holdToStreams = (
  revisions: Map<StreamName, number>,
  { stream, revision, position }: RecordedEvent,
): void => {
  const next = revisions.get(stream) ?? 0;
  if (revision !== next)
    throw new Refused(
      `The event that was at ${position} is number ${revision} of ${stream}, and number ${next} is missing before it.`,
    );
  revisions.set(stream, next + 1);
};

/** Reads all of it and holds it against its manifest, before anything is done with it. @throws Refused */
export const verifyExport = async (folder: string): Promise<ExportManifest> => {
  const manifest = await readManifest(folder, exportManifest, 'export');
  await verifyFiles(folder, manifest.files);
  const revisions = new Map<StreamName, number>();
  let chain: ChainEnd = beginOfChain;
  for (const { path, events, first, last, chain: expected } of manifest.files) {
    const before = chain.count;
    let begin: string | null = null;
    for await (const event of eventsOf(folder, path)) {
      begin ??= event.position;
      holdToStreams(revisions, event);
      chain = chainOn(chain, event);
    }
    const isRight =
      chain.count - before === events && begin === first && chain.through === last && chain.hash === expected;
    if (!isRight)
      throw new Refused(
        `The events in ${join(folder, path)} are not those that the manifest names, in their order.`,
      );
  }
  if (chain.count !== manifest.events)
    throw new Refused(`The files hold ${chain.count} events, and the manifest names ${manifest.events}.`);
  return manifest;
};

/**
 * Appends a verified export to a log that is empty, or holds the begin of this same import: interrupted, it
 * goes on when it is called again (copyLog.ts). At the end both are read again and compared.
 * @throws CopyRefused where the log holds anything else, and the log's errors
 */
export const importLog = (
  folder: string,
  manifest: ExportManifest,
  log: EventLog,
): AsyncGenerator<CopyProgress, void, undefined> =>
  copyLog({ readAll: () => allEvents(folder, manifest) }, log);
