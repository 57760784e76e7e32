import { randomUUID } from 'node:crypto';
import gossipDefinition from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import featuresDefinition from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsDefinition from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  ReadReq,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js';
import {
  appendMessage,
  batchMessage,
  caughtUpMessage,
  checkpointMessage,
  confirmationMessage,
  eventMessage,
  notFoundMessage,
} from './messages.ts';
import {
  type Expected,
  type Outcome,
  openStandInLog,
  type ProposedEvent,
  type StandInLog,
  type StoredEvent,
} from './standInLog.ts';

/** How the stand-in is told to behave like a server that is old, unwilling or in trouble. */
export interface Behaviour {
  /** False: as before 22.6, reads of streams don't tell positions. */
  readPositions: boolean;
  /** False: appends don't tell positions, as the protocol allows. */
  appendPositions: boolean;
  /** False: as before 23.10, subscriptions don't say that they have caught up. */
  caughtUp: boolean;
  /** False: as before 21.10, appends have a call each. */
  batchAppend: boolean;
  /** Asked before each call; what it answers is the call's end. */
  refuse: (call: 'append' | 'read' | 'subscribe' | 'gossip') => Refusal | null;
  /** True: the append is done, and its answer is lost with the call. */
  loseAnswer: () => boolean;
  /** Asked for each append; a word for why the server doesn't do it (`Timeout`, …), null where it does. */
  decline: () => string | null;
  /** True: every answer to an append, and every event of a subscription, comes twice. */
  twice: boolean;
  /** True: subscriptions say nothing, and don't end. */
  silent: boolean;
}

export interface Refusal {
  readonly code: status;
  readonly details: string;
  /** Of the `exception` header and its companions, by which the client tells errors apart. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Unless the filter says how many: events that a server looks through at a time for those that are wanted. */
const searchWindow = 32;

const failure = ({ code, details, headers = {} }: Refusal) => {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return Object.assign(new Error(details), { code, details, metadata });
};

const nameOf = (identifier: { getStreamName_asU8(): Uint8Array } | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');

type Proposed = AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage;
const proposed = (message: Proposed): ProposedEvent => ({
  id: message.getId()?.getString() ?? '',
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? '',
  data: Buffer.from(message.getData_asU8()),
  metadata: Buffer.from(message.getCustomMetadata_asU8()),
});

interface ExpectedOptions {
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}
const expectedOf = (options: ExpectedOptions, revision: string): Expected => {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return Number(revision);
};

const wants = (options: ReadReq.Options): ((event: StoredEvent) => boolean) => {
  const filter = options.getFilter();
  if (filter === undefined) return () => true;
  const expression = filter.getStreamIdentifier() ?? filter.getEventType();
  const prefixes = expression?.getPrefixList() ?? [];
  const regex = new RegExp(expression?.getRegex() || '.^');
  const textOf = (event: StoredEvent): string => (filter.hasStreamIdentifier() ? event.stream : event.type);
  return (event) => prefixes.some((prefix) => textOf(event).startsWith(prefix)) || regex.test(textOf(event));
};

type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

/** Writes as fast as the client takes it; false once the call is over. */
const send = async (call: ReadCall, message: ReadResp): Promise<boolean> => {
  if (call.cancelled || call.destroyed) return false;
  if (!call.write(message))
    await new Promise<void>((resolve) => {
      const resume = (): void => {
        call.off('drain', resume).off('cancelled', resume).off('close', resume);
        resolve();
      };
      call.on('drain', resume).on('cancelled', resume).on('close', resume);
    });
  return !call.cancelled && !call.destroyed;
};

/**
 * A stand-in for EventStoreDB / KurrentDB: it speaks so much of the server's protocol, over real gRPC, that the
 * unmodified client appends, reads and subscribes. It keeps no index on disk, has no cluster, no users
 * and no scavenge; what it can't prove, a real server must (EVENT_LOG_TEST_URL).
 */
export const startStandIn = async ({
  port = 0,
  file,
  log = openStandInLog(file),
}: {
  readonly port?: number;
  /** Of another stand-in, for the two to be nodes of one cluster. */
  readonly log?: StandInLog;
  /** Keeps the events here; without it they are in memory alone. */
  readonly file?: string | undefined;
} = {}) => {
  /** The position after which each subscription wanted to begin; -1 for the log's begin. */
  const subscribedAfter: number[] = [];
  const subscriptions = new Set<ReadCall>();
  let sentEvents = 0;
  const behaviour: Behaviour = {
    ...{ readPositions: true, appendPositions: true, caughtUp: true, batchAppend: true },
    ...{ twice: false, silent: false },
    refuse: () => null,
    loseAnswer: () => false,
    decline: () => null,
  };
  /** Every server begins with events of its own, which nobody who reads `$all` may take for theirs. */
  if (log.all.length === 0)
    log.append('$scavenges', 'any', [
      {
        ...{ id: randomUUID(), type: '$scavengeIndexInitialized', contentType: 'application/json' },
        ...{ data: Buffer.from('{}'), metadata: Buffer.alloc(0) },
      },
    ]);

  const append: handleClientStreamingCall<AppendReq, AppendResp> = (call, answer) => {
    let options: AppendReq.Options | undefined;
    const events: ProposedEvent[] = [];
    call.on('data', (request: AppendReq) => {
      options ??= request.getOptions();
      const message = request.getProposedMessage();
      if (message !== undefined) events.push(proposed(message));
    });
    call.on('end', () => {
      const refusal = behaviour.refuse('append');
      if (refusal !== null || options === undefined)
        return answer(failure(refusal ?? { code: status.INVALID_ARGUMENT, details: 'no options' }));
      const stream = nameOf(options.getStreamIdentifier());
      const outcome = log.append(stream, expectedOf(options, options.getRevision()), events);
      if (behaviour.loseAnswer())
        return answer(failure({ code: status.UNAVAILABLE, details: 'answer lost' }));
      answer(null, appendMessage(outcome, { positions: behaviour.appendPositions }));
    });
  };

  const batchAppend: handleBidiStreamingCall<BatchAppendReq, BatchAppendResp> = (call) => {
    const pending = new Map<string, { options: BatchAppendReq.Options; events: ProposedEvent[] }>();
    call.on('data', (request: BatchAppendReq) => {
      const id = request.getCorrelationId()?.getString() ?? '';
      const options = request.getOptions();
      if (options !== undefined) pending.set(id, { options, events: [] });
      const batch = pending.get(id);
      batch?.events.push(...request.getProposedMessagesList().map(proposed));
      if (batch === undefined || !request.getIsFinal()) return;
      pending.delete(id);
      const refusal = behaviour.refuse('append');
      if (refusal !== null) return call.emit('error', failure(refusal));
      const stream = nameOf(batch.options.getStreamIdentifier());
      const why = behaviour.decline();
      const outcome: Outcome =
        why === null
          ? log.append(stream, expectedOf(batch.options, batch.options.getStreamPosition()), batch.events)
          : { kind: 'declined', why };
      if (behaviour.loseAnswer())
        return call.emit('error', failure({ code: status.UNAVAILABLE, details: 'answer lost' }));
      const answer = batchMessage(id, stream, outcome, { positions: behaviour.appendPositions });
      call.write(answer);
      if (behaviour.twice) call.write(answer);
      return undefined;
    });
    call.on('end', () => call.end());
  };

  const readStream = async (call: ReadCall, options: ReadReq.Options): Promise<void> => {
    const from = options.getStream();
    const name = nameOf(from?.getStreamIdentifier());
    const events = log.stream(name);
    if (from === undefined || events === undefined) {
      await send(call, notFoundMessage(name));
      return;
    }
    const backwards = options.getReadDirection() === 1;
    const last = events.length - 1;
    const start = from.hasStart() ? 0 : from.hasEnd() ? last : Number(from.getRevision());
    const step = backwards ? -1 : 1;
    let left = Number(options.getCount());
    for (let index = backwards ? Math.min(start, last) : start; left > 0; index += step, left -= 1) {
      const event = events[index];
      if (
        event === undefined ||
        !(await send(call, eventMessage(event, { positions: behaviour.readPositions })))
      )
        return;
    }
  };

  const readAll = async (call: ReadCall, options: ReadReq.Options): Promise<void> => {
    const from = options.getAll();
    const wanted = wants(options);
    const backwards = options.getReadDirection() === 1;
    const at = Number(from?.getPosition()?.getCommitPosition() ?? 0);
    let index = from?.hasStart() ? 0 : from?.hasEnd() ? log.all.length : log.indexOf(at);
    // A position is where an event begins: forwards it is the first, backwards the one before it is.
    if (backwards) index -= 1;
    for (let left = Number(options.getCount()); left > 0; index += backwards ? -1 : 1) {
      const event = log.all[index];
      if (event === undefined) return;
      if (!wanted(event)) continue;
      left -= 1;
      if (!(await send(call, eventMessage(event, { positions: true })))) return;
    }
  };

  const sendEvent = (call: ReadCall, event: StoredEvent): Promise<boolean> => {
    sentEvents += 1;
    return send(call, eventMessage(event, { positions: true }));
  };

  const subscribeToAll = async (call: ReadCall, options: ReadReq.Options): Promise<void> => {
    const from = options.getAll();
    const wanted = wants(options);
    const filter = options.getFilter();
    const interval = (filter?.getMax() || searchWindow) * (filter?.getCheckpointintervalmultiplier() ?? 0);
    const at = Number(from?.getPosition()?.getCommitPosition() ?? 0);
    subscribedAfter.push(from?.hasPosition() ? at : -1);
    let index = from?.hasStart() ? 0 : from?.hasEnd() ? log.all.length : log.indexOf(at);
    if (from?.hasPosition() && log.all[index]?.position === at) index += 1;
    let wake = (): void => undefined;
    const endWatch = log.watch(() => wake());
    call.on('cancelled', () => wake()).on('close', () => wake());
    let passed = 0;
    let isAnnounced = false;
    subscriptions.add(call);
    try {
      if (!(await send(call, confirmationMessage(randomUUID())))) return;
      for (;;) {
        const event = behaviour.silent ? undefined : log.all[index];
        if (event === undefined) {
          if (
            behaviour.caughtUp &&
            !behaviour.silent &&
            !isAnnounced &&
            !(await send(call, caughtUpMessage()))
          )
            return;
          isAnnounced = true;
          const news = new Promise<void>((resolve) => {
            wake = resolve;
          });
          if (call.cancelled || call.destroyed) return;
          if (behaviour.silent || index >= log.all.length) await news;
          if (call.cancelled || call.destroyed) return;
          continue;
        }
        index += 1;
        passed += 1;
        for (let time = behaviour.twice ? 2 : 1; wanted(event) && time > 0; time -= 1)
          if (!(await sendEvent(call, event))) return;
        if (interval === 0 || passed < interval) continue;
        passed = 0;
        if (!(await send(call, checkpointMessage(event.position)))) return;
      }
    } finally {
      subscriptions.delete(call);
      endWatch();
    }
  };

  const read: handleServerStreamingCall<ReadReq, ReadResp> = async (call) => {
    const options = call.request.getOptions();
    const isSubscription = options?.hasSubscription() ?? false;
    const refusal = behaviour.refuse(isSubscription ? 'subscribe' : 'read');
    if (options === undefined || refusal !== null) {
      call.emit('error', failure(refusal ?? { code: status.INVALID_ARGUMENT, details: 'no options' }));
      return;
    }
    if (isSubscription) await subscribeToAll(call, options);
    else if (options.hasAll()) await readAll(call, options);
    else await readStream(call, options);
    call.end();
  };

  const unimplemented: handleUnaryCall<unknown, never> = (_, answer) =>
    answer(failure({ code: status.UNIMPLEMENTED, details: 'the stand-in does not do this' }));
  const tellFeatures: handleUnaryCall<unknown, features.SupportedMethods> = (_, answer) => {
    const batchAppend = new features.SupportedMethod()
      .setServiceName('event_store.client.streams.streams')
      .setMethodName('batchappend');
    answer(
      null,
      new features.SupportedMethods()
        .setMethodsList(behaviour.batchAppend ? [batchAppend] : [])
        .setEventStoreServerVersion('0.0.0-stand-in'),
    );
  };
  /** A cluster of one, for those who ask who leads. */
  const tellMembers: handleUnaryCall<unknown, gossip.ClusterInfo> = (_, answer) => {
    const refusal = behaviour.refuse('gossip');
    if (refusal !== null) return answer(failure(refusal));
    const member = new gossip.MemberInfo()
      .setInstanceId(new shared.UUID().setString(randomUUID()))
      .setTimeStamp(String(Date.now()))
      .setState(gossip.MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new gossip.EndPoint().setAddress('127.0.0.1').setPort(boundPort));
    answer(null, new gossip.ClusterInfo().setMembersList([member]));
  };

  const server = new Server();
  let boundPort = 0;
  server.addService(streamsDefinition.StreamsService, {
    ...{ append, batchAppend, read },
    ...{ delete: unimplemented, tombstone: unimplemented },
  });
  server.addService(featuresDefinition.ServerFeaturesService, { getSupportedMethods: tellFeatures });
  server.addService(gossipDefinition.GossipService, { read: tellMembers });
  boundPort = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });

  return {
    log,
    behaviour,
    subscribedAfter,
    /** Events that subscriptions were sent. */
    sentEvents: () => sentEvents,
    /** Ends so many subscriptions, as a server does that is told to stop, or drops who is slow. */
    endSubscriptions: (how?: Refusal, most = Number.POSITIVE_INFINITY): void => {
      for (const call of [...subscriptions].slice(0, most)) {
        subscriptions.delete(call);
        if (how === undefined) call.end();
        else call.emit('error', failure(how));
      }
    },
    port: boundPort,
    url: `esdb://127.0.0.1:${boundPort}?tls=false`,
    /** Ends every call and the server. */
    stop: async (): Promise<void> => {
      server.forceShutdown();
      log.close();
    },
  };
};
export type StandIn = Awaited<ReturnType<typeof startStandIn>>;
