import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams, {
  type BatchAppendReq,
  type BatchAppendResp,
  type ReadReq,
  type ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { type EventId, type Position, positionOf } from '../../ids.ts';
import type { StreamName } from '../../streams.ts';
import type { EncodedEvent } from '../encodeEvents.ts';
import { EventLogUnavailable, type ExpectedRevision, type RecordedEvent } from '../eventLog.ts';

/*
 * Our appends, reads and events as messages of the server's protocol, and back.
 */

export interface AppendRequest {
  readonly id: string;
  /** With the namespace. */
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly EncodedEvent[];
  readonly deadline: Date;
}

const uuid = (id: string) => new shared.UUID().setString(id);
const streamIdentifier = (name: string) =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(name, 'utf8'));

export const appendMessage = ({ id, stream, expected, events, deadline }: AppendRequest): BatchAppendReq => {
  const options = new streams.BatchAppendReq.Options()
    .setStreamIdentifier(streamIdentifier(stream))
    .setDeadline(timestamp.Timestamp.fromDate(deadline));
  if (expected === 'any') options.setAny(new empty.Empty());
  else if (expected === 'no_stream') options.setNoStream(new empty.Empty());
  else if (expected === 'exists') options.setStreamExists(new empty.Empty());
  else options.setStreamPosition(String(expected));
  const proposed = events.map((event) => {
    const message = new streams.BatchAppendReq.ProposedMessage()
      .setId(uuid(event.id))
      .setData(Buffer.from(event.data, 'utf8'))
      .setCustomMetadata(Buffer.from(event.metadata, 'utf8'));
    message.getMetadataMap().set('type', event.type).set('content-type', 'application/json');
    return message;
  });
  return new streams.BatchAppendReq()
    .setCorrelationId(uuid(id))
    .setOptions(options)
    .setProposedMessagesList(proposed)
    .setIsFinal(true);
};

/** What the server says of one append. Without a position where it doesn't tell it. */
export type AppendAnswer =
  | { readonly kind: 'appended'; readonly revision: number; readonly position: Position | null }
  | { readonly kind: 'conflict'; readonly actual: number | null }
  | { readonly kind: 'failed'; readonly what: string; readonly message: string };

/** Servers before 22.6 tell this where they tell no position: the greatest number of 64 bits. */
const noPosition = '18446744073709551615';

/**
 * Our position is where an event lies and where it was committed, which is one place for whatever is
 * appended in our way. An event with two came another way, and has no place in our order.
 */
const positionFrom = (commit: string, prepare: string): Position | null => {
  if (commit === noPosition) return null;
  if (commit !== prepare)
    throw new EventLogUnavailable(
      `An event of our streams was written in an explicit transaction (committed at ${commit}, lies at ${prepare}), which Darkroom never does and can not read; find out which program writes into its namespace.`,
    );
  return positionOf(BigInt(commit));
};

export const answerOf = (message: BatchAppendResp): AppendAnswer => {
  const success = message.getSuccess();
  if (success !== undefined) {
    const at = success.getPosition();
    const position = at === undefined ? null : positionFrom(at.getCommitPosition(), at.getPreparePosition());
    return { kind: 'appended', revision: Number(success.getCurrentRevision()), position };
  }
  const error = message.getError();
  const details = error?.getDetails();
  const what = details?.getTypeName() ?? '';
  if (what === 'event_store.client.WrongExpectedVersion') {
    const wrong = details?.unpack(shared.WrongExpectedVersion.deserializeBinary, what);
    const hasRevision = wrong?.hasCurrentStreamRevision() ?? false;
    return { kind: 'conflict', actual: hasRevision ? Number(wrong?.getCurrentStreamRevision()) : null };
  }
  return {
    kind: 'failed',
    what: what.replace('event_store.client.', ''),
    message: error?.getMessage() ?? '',
  };
};

/** Which part of the log to read; places as in the protocol. */
export type ReadRequest = (
  | { readonly of: 'all'; readonly from: 'start' | 'end' | Position }
  | { readonly of: 'stream'; readonly stream: string; readonly from: number | 'end' }
) & { readonly namespace: string; readonly backwards: boolean; readonly rows: number | 'subscribe' };

/** Events that the server looks through at a time for ours; as often a subscription tells how far it is. */
const searchWindow = 512;

const filterOf = (namespace: string) =>
  new streams.ReadReq.Options.FilterOptions()
    .setStreamIdentifier(new streams.ReadReq.Options.FilterOptions.Expression().setPrefixList([namespace]))
    .setMax(searchWindow)
    .setCheckpointintervalmultiplier(1);

export const readMessage = (request: ReadRequest): ReadReq => {
  const options = new streams.ReadReq.Options()
    .setReadDirection(request.backwards ? 1 : 0)
    .setResolveLinks(false)
    .setUuidOption(new streams.ReadReq.Options.UUIDOption().setString(new shared.Empty()));
  if (request.rows === 'subscribe')
    options.setSubscription(new streams.ReadReq.Options.SubscriptionOptions());
  else options.setCount(String(request.rows));
  if (request.of === 'all') {
    const all = new streams.ReadReq.Options.AllOptions();
    if (request.from === 'start') all.setStart(new shared.Empty());
    else if (request.from === 'end') all.setEnd(new shared.Empty());
    else {
      const at = BigInt(request.from).toString();
      all.setPosition(new streams.ReadReq.Options.Position().setCommitPosition(at).setPreparePosition(at));
    }
    options.setAll(all).setFilter(filterOf(request.namespace));
  } else {
    const stream = new streams.ReadReq.Options.StreamOptions().setStreamIdentifier(
      streamIdentifier(request.namespace + request.stream),
    );
    if (request.from === 'end') stream.setEnd(new shared.Empty());
    else stream.setRevision(String(request.from));
    options.setStream(stream).setNoFilter(new shared.Empty());
  }
  return new streams.ReadReq().setOptions(options);
};

/** What a read or a subscription tells, in its order. */
export type ReadItem =
  | { readonly kind: 'event'; readonly event: RecordedEvent; readonly bytes: number }
  /** Nothing of ours lies before this position but what has been told. */
  | { readonly kind: 'checkpoint'; readonly position: Position }
  | { readonly kind: 'begun' | 'caughtUp' | 'fellBehind' | 'noStream' };

const parse = (bytes: Uint8Array, what: string) => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new EventLogUnavailable(
      `The ${what} is no JSON, so another program wrote it into Darkroom's namespace; find out which.`,
      { cause },
    );
  }
};

const eventOf = (recorded: ReadResp.ReadEvent.RecordedEvent, namespace: string): ReadItem => {
  const about = recorded.getMetadataMap();
  const data = recorded.getData_asU8();
  const metadata = recorded.getCustomMetadata_asU8();
  const name = Buffer.from(recorded.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
  const position = positionFrom(recorded.getCommitPosition(), recorded.getPreparePosition());
  if (position === null)
    throw new EventLogUnavailable(
      'The event log server does not tell the positions of events in streams; it must be EventStoreDB 22.6 or later.',
    );
  const event: RecordedEvent = {
    id: (recorded.getId()?.getString() ?? '') as EventId,
    type: about.get('type') ?? '',
    data: parse(data, `data of event ${recorded.getStreamRevision()} of ${name}`),
    metadata: parse(metadata, `metadata of event ${recorded.getStreamRevision()} of ${name}`),
    stream: name.slice(namespace.length) as StreamName,
    revision: Number(recorded.getStreamRevision()),
    position,
    // Told in ticks of 100 ns.
    recordedAt: new Date(Number(BigInt(about.get('created') ?? 0) / 10_000n)).toISOString(),
  };
  return { kind: 'event', event, bytes: data.length + metadata.length };
};

/** Null for what says nothing to us. */
export const itemOf = (message: ReadResp, namespace: string): ReadItem | null => {
  const recorded = message.getEvent()?.getEvent();
  if (recorded !== undefined) return eventOf(recorded, namespace);
  const checkpoint = message.getCheckpoint();
  if (checkpoint !== undefined)
    return { kind: 'checkpoint', position: positionOf(BigInt(checkpoint.getCommitPosition())) };
  if (message.hasConfirmation()) return { kind: 'begun' };
  if (message.hasCaughtUp()) return { kind: 'caughtUp' };
  if (message.hasFellBehind()) return { kind: 'fellBehind' };
  if (message.hasStreamNotFound()) return { kind: 'noStream' };
  return null;
};
