import { z } from 'zod';
import { conversationId, logId, position } from '../events/ids.ts';
import { eventMetadata } from '../events/metadata.ts';
import type { StreamName } from '../events/streams.ts';
import { manifestFile, sha256 } from './backup/manifest.ts';

/*
 * An export is the events of whole streams, those of some conversations with their messages and jobs, in the
 * log's order, as the log keeps them: an event a line, in files of some thousands, compressed with gzip. The
 * chain of hashes (seals/chain.ts) is begun anew at the first of them and said after each file, so that files
 * can neither be swapped nor left out.
 */

const exportFile = manifestFile.extend({
  path: z.string().regex(/^events-\d{6}\.ndjson\.gz$/, 'must be a file of an export'),
  events: z.int().min(1),
  /** Positions that its events had in the log. */
  first: position,
  last: position,
  /** The chain's hash after its last event. */
  chain: sha256,
});

export const exportManifest = z.strictObject({
  format: z.literal('darkroom export'),
  version: z.literal(1),
  at: z.iso.datetime(),
  logId,
  /** Where the log was: what came later to these conversations is not in it. */
  head: position,
  conversations: z.array(z.strictObject({ conversationId, archived: z.boolean(), events: z.int().min(1) })),
  events: z.int().min(0),
  files: z.array(exportFile),
});
export type ExportManifest = z.infer<typeof exportManifest>;

/** Streams that belong to a conversation. */
export const exportedStream = /^(?:conversation|message|job)-[0-9a-f-]{36}$/;

const jsonObject = z.record(z.string(), z.json());

/** A line: an event as the log kept it. */
export const exportedEvent = z.strictObject({
  id: z.uuid().brand<'EventId'>(),
  stream: z.custom<StreamName>((text) => typeof text === 'string' && exportedStream.test(text)),
  revision: z.int().min(0),
  position,
  recordedAt: z.iso.datetime(),
  type: z.string().min(1),
  data: jsonObject,
  metadata: eventMetadata,
});
