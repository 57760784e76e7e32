import { v7 } from 'uuid';
import type { CommandId, EventId, ImageId, JobId, UserId } from '../events/ids.ts';
import { startOfLog } from '../events/ids.ts';
import type { KeptEventLog } from '../events/log/encryption/encryptedEventLog.ts';
import type { KeyStore } from '../events/log/encryption/keyStore.ts';
import { personalFieldsOf } from '../events/log/encryption/personalFields.ts';
import type { RecordedEvent } from '../events/log/eventLog.ts';
import type { Actor } from '../events/metadata.ts';
import { personEvents } from '../events/person.ts';
import { personStream } from '../events/streams.ts';
import type { ImageStore } from '../images/imageStore.ts';
import { activate } from '../projections/activate.ts';
import { projections } from '../projections/all.ts';
import type { DocumentStore } from '../projections/documents/documentStore.ts';
import {
  createPointers,
  generationName,
  readLive,
  readStandings,
  standingIn,
  versionOf,
} from '../projections/generations.ts';
import { images as imageUses } from '../projections/images.ts';
import { jobs } from '../projections/jobs.ts';
import type { JobStatus } from '../projections/model.ts';
import { checkpointName } from '../projections/projection.ts';
import { type BuildProgress, build, dropGeneration } from '../projections/rebuild.ts';
import { Refused } from './refused.ts';

/*
 * Erasing a person:
 *
 *   key destroyed ──▶ PersonErased ──▶ documents built anew beside the old ──▶ read, the old ones dropped
 *                                  ──▶ records and pictures removed
 *
 * From the first step on nobody can read what they wrote in the log, nor in any copy of it; from the second
 * every process forgets the key that it holds. The rest clears away what was read before. A crash anywhere
 * leaves what the same command, given again, makes whole.
 */

/** What the log holds of a person. */
export interface Holdings {
  /** Events with something of theirs that is encrypted. */
  readonly encrypted: number;
  /** Events with something of theirs that is not, from before there was encryption. */
  readonly plain: number;
  /** Pictures and previews of their jobs. */
  readonly images: ReadonlySet<ImageId>;
}

const imagesIn = ({ type, data, metadata }: RecordedEvent, person: UserId): readonly ImageId[] => {
  if (metadata.subject.ownerId !== person) return [];
  if (type === 'JobProgressed') return typeof data.preview === 'string' ? [data.preview as ImageId] : [];
  if (type !== 'JobCompleted' || !Array.isArray(data.images)) return [];
  return data.images.map((picture: { readonly imageId: ImageId }) => picture.imageId);
};

/** Reads the log as it is kept. */
export const holdingsOf = async (log: KeptEventLog, person: UserId): Promise<Holdings> => {
  let encrypted = 0;
  let plain = 0;
  const images = new Set<ImageId>();
  for await (const event of log.kept.readAll()) {
    if (event.metadata.personal?.some((box) => box.person === person)) encrypted += 1;
    if (personalFieldsOf(event).some((field) => field.person === person)) plain += 1;
    for (const image of imagesIn(event, person)) images.add(image);
  }
  return { encrypted, plain, images };
};

export interface ErasureParts {
  readonly log: KeptEventLog;
  readonly documents: DocumentStore;
  readonly images: ImageStore;
  readonly keys: KeyStore;
  readonly actor: Actor;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BuildProgress) => void;
}

const unended: readonly JobStatus[] = ['accepted', 'queued', 'running'];

const readerOf = async (documents: DocumentStore) => {
  const standings = await readStandings(documents);
  const pointers = createPointers();
  pointers.point(
    new Map(projections.map(checkpointName).map((name) => [name, standingIn(standings, name).live])),
  );
  return readLive(documents, pointers);
};

/** @throws Refused where it can't be done whole, or would not be meant */
export const checkErasable = async (
  documents: DocumentStore,
  person: UserId,
  { encrypted, plain }: Holdings,
): Promise<void> => {
  if (encrypted + plain === 0)
    throw new Refused(`The log holds nothing of "${person}"; name a user by their id.`);
  if (plain > 0)
    throw new Refused(
      `${plain} events hold something of "${person}" that is not encrypted, from before there were keys: copy the log with "darkroom log copy --encrypt", set EVENT_LOG_URL to the copy, and destroy the old log: docs/security.md.`,
    );
  const reader = await readerOf(documents);
  for (const status of unended) {
    const [job] = await reader.query({
      collection: jobs.collection,
      where: { ownerId: person, status },
      ...{ orderBy: 'createdPosition', direction: 'ascending', limit: 1 },
    });
    if (job !== undefined)
      throw new Refused(
        `A picture of "${person}" is not done yet (job ${job.jobId}); cancel it, or wait for it.`,
      );
  }
};

const appendErased = async ({ log, actor }: ErasureParts, personId: UserId): Promise<CommandId> => {
  const id = v7();
  const metadata = {
    ...{ actor, correlationId: id, causationId: id, at: new Date().toISOString() },
    ...{ schema: personEvents.PersonErased.version, subject: {} },
  };
  await log.append(personStream(personId), 'any', [
    { id: id as EventId, type: 'PersonErased', data: { personId }, metadata },
  ]);
  return id as CommandId;
};

/** Generations of all projections that hold nothing from before; one that was begun before is thrown away. */
const buildFromBegin = async (parts: Parameters<typeof build>[0]): ReturnType<typeof build> => {
  const building = await build(parts);
  const begun = building.tracks.filter(({ written }) => written > startOfLog);
  if (begun.length === 0) return building;
  try {
    for (const { name, generation } of begun) await dropGeneration(parts.documents, name, generation);
  } finally {
    await building.close();
  }
  return buildFromBegin(parts);
};

/** Whatever is not read by this release: earlier buildings, and documents of earlier releases. */
const dropAllButLive = async (documents: DocumentStore): Promise<void> => {
  const standings = await readStandings(documents);
  const names = projections.map(checkpointName);
  for (const name of names) {
    const { kept, live } = standingIn(standings, name);
    for (const generation of kept) if (generation !== live) await dropGeneration(documents, name, generation);
  }
  const live = new Set(names.map((name) => generationName(name, standingIn(standings, name).live)));
  for (const { name } of await documents.checkpoints()) {
    const of = versionOf(name);
    if (of === null || live.has(name)) continue;
    await dropGeneration(
      documents,
      checkpointName({ name: of.projection, version: of.version }),
      of.generation,
    );
  }
};

const rebuildDocuments = async (
  { log, documents, signal, onProgress, actor }: ErasureParts,
  commandId: CommandId,
): Promise<void> => {
  const onTrouble = (cause: unknown): never => {
    throw cause;
  };
  const building = await buildFromBegin({ log, documents, projections, signal, onProgress, onTrouble });
  try {
    await building.buildTo(await log.head());
    const stopped = building.tracks.find((track) => track.stopped !== null);
    if (stopped !== undefined)
      throw new Refused(`${stopped.name} could not be built anew: ${stopped.stopped?.reason}.`);
  } finally {
    await building.close();
  }
  signal.throwIfAborted();
  const outcomes = await activate({ log, documents, signal, onTrouble }, building.tracks, {
    actor,
    commandId,
  });
  const waiting = [...outcomes].find(([, outcome]) => outcome !== 'live');
  if (waiting !== undefined)
    throw new Refused(`${waiting[0]} is not read yet as it was built anew; give the command again.`);
  await dropAllButLive(documents);
};

/** Removes pictures that no job of anybody else made too; the answer is how many. */
const removePictures = async (
  { documents, images }: ErasureParts,
  person: UserId,
  candidates: ReadonlySet<ImageId>,
): Promise<number> => {
  const reader = await readerOf(documents);
  const isOfOthers = async (jobId: JobId): Promise<boolean> =>
    (await reader.get(jobs.collection, jobId))?.ownerId !== person;
  let removed = 0;
  for (const imageId of candidates) {
    const uses = await reader.query({
      collection: imageUses.collection,
      where: { imageId },
      ...{ orderBy: 'jobId', direction: 'ascending', limit: 1_000 },
    });
    const others = await Promise.all(uses.map(({ jobId }) => isOfOthers(jobId)));
    if (others.includes(true)) continue;
    await images.remove(imageId);
    removed += 1;
  }
  return removed;
};

const removeName = async (documents: DocumentStore, person: UserId): Promise<void> => {
  for (;;) {
    const found = await documents.readRecord('person', person);
    if (found === null) return;
    if ((await documents.writeRecord('person', person, found.version, null)) === 'written') return;
  }
};

/** All of it; the answer is how many pictures were removed. @throws Refused, BuildUnderWay, and the stores' errors */
export const erasePerson = async (
  parts: ErasureParts,
  person: UserId,
  { images }: Holdings,
): Promise<number> => {
  const { documents, keys } = parts;
  await keys.destroy(person);
  const commandId = await appendErased(parts, person);
  await rebuildDocuments(parts, commandId);
  await removeName(documents, person);
  // Which of them hold answers to this person can't be told; a repeated request finds in the log what it did.
  await documents.forgetRecords('idempotency');
  await documents.scrub?.();
  return removePictures(parts, person, images);
};
