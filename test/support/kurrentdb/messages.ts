import shared from '@eventstore/db-client/generated/shared_pb.js';
import status from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import anyMessage from 'google-protobuf/google/protobuf/any_pb.js';
import emptyMessage from 'google-protobuf/google/protobuf/empty_pb.js';
import type { LogOutcome, Outcome, StoredEvent } from './standInLog.ts';

const empty = () => new shared.Empty();
const streamIdentifier = (name: string) =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(name).toString('base64'));

/** What the server answers, as the messages of its protocol. */

export const eventMessage = (event: StoredEvent, { positions }: { readonly positions: boolean }) => {
  const position = positions ? String(event.position) : '18446744073709551615';
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(event.id))
    .setStreamIdentifier(streamIdentifier(event.stream))
    .setStreamRevision(String(event.revision))
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(event.data)
    .setCustomMetadata(event.metadata);
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.contentType)
    // In ticks of 100 ns.
    .set('created', `${event.created}0000`);
  return new streams.ReadResp().setEvent(
    new streams.ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(position),
  );
};

export const confirmationMessage = (id: string) =>
  new streams.ReadResp().setConfirmation(
    new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(id),
  );

export const checkpointMessage = (position: number) =>
  new streams.ReadResp().setCheckpoint(
    new streams.ReadResp.Checkpoint()
      .setCommitPosition(String(position))
      .setPreparePosition(String(position)),
  );

export const caughtUpMessage = () => new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());

export const notFoundMessage = (stream: string) =>
  new streams.ReadResp().setStreamNotFound(
    new streams.ReadResp.StreamNotFound().setStreamIdentifier(streamIdentifier(stream)),
  );

export const appendMessage = (outcome: LogOutcome, { positions }: { readonly positions: boolean }) => {
  const answer = new streams.AppendResp();
  if (outcome.kind === 'wrongVersion') {
    const wrong = new streams.AppendResp.WrongExpectedVersion();
    if (outcome.actual === null) wrong.setCurrentNoStream(empty());
    else wrong.setCurrentRevision(String(outcome.actual));
    return answer.setWrongExpectedVersion(wrong);
  }
  const success = new streams.AppendResp.Success().setCurrentRevision(String(outcome.revision));
  const at = String(outcome.position);
  if (positions)
    success.setPosition(new streams.AppendResp.Position().setCommitPosition(at).setPreparePosition(at));
  else success.setNoPosition(empty());
  return answer.setSuccess(success);
};

export const batchMessage = (
  correlationId: string,
  stream: string,
  outcome: Outcome,
  { positions }: { readonly positions: boolean },
) => {
  const answer = new streams.BatchAppendResp()
    .setCorrelationId(new shared.UUID().setString(correlationId))
    .setStreamIdentifier(streamIdentifier(stream));
  if (outcome.kind === 'declined') {
    const details = new anyMessage.Any();
    details.pack(new emptyMessage.Empty().serializeBinary(), `event_store.client.${outcome.why}`);
    return answer.setError(new status.Status().setMessage('declined').setDetails(details));
  }
  if (outcome.kind === 'wrongVersion') {
    const wrong = new shared.WrongExpectedVersion();
    if (outcome.actual === null) wrong.setCurrentNoStream(new emptyMessage.Empty());
    else wrong.setCurrentStreamRevision(String(outcome.actual));
    const details = new anyMessage.Any();
    details.pack(wrong.serializeBinary(), 'event_store.client.WrongExpectedVersion');
    return answer.setError(new status.Status().setMessage('wrong expected version').setDetails(details));
  }
  const success = new streams.BatchAppendResp.Success().setCurrentRevision(String(outcome.revision));
  const at = String(outcome.position);
  if (positions)
    success.setPosition(new shared.AllStreamPosition().setCommitPosition(at).setPreparePosition(at));
  else success.setNoPosition(new emptyMessage.Empty());
  return answer.setSuccess(success);
};
