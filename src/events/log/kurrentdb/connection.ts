import { EventStoreDBClient } from '@eventstore/db-client';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type {
  BatchAppendReq,
  BatchAppendResp,
  ReadReq,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import type { Channel, ClientDuplexStream, ClientReadableStream } from '@grpc/grpc-js';
import { v7 as uuidV7 } from 'uuid';
import type { Address } from './address.ts';

export type AppendStream = ClientDuplexStream<BatchAppendReq, BatchAppendResp>;
export type ReadStream = ClientReadableStream<ReadResp>;

/**
 * The client's connection: who it connects to, how it finds a cluster's leader and another one after that,
 * credentials, keep-alive, TLS. Over it we make the protocol's two calls ourselves, for what the client
 * (6.2.1) does above its connection can't be had without these:
 *
 * - Its batch append keeps one table of waiting appends for the whole process. An error of any connection
 *   rejects everybody's appends, and an answer that comes after that throws where nobody can catch it:
 *   a node that goes away in the middle of appending ends the process. Its other way, a call an append,
 *   is safe and does 4,000 appends a second where the batch does 10,000 (100 in flight, over loopback).
 * - Its reads of `$all` know no filter, so that on a server with other programs we would read their events.
 * - Its subscriptions tell checkpoints beside the events, so their order is lost.
 */
class Connection extends EventStoreDBClient {
  private channel: Channel | undefined;

  constructor({ options, rootCertificate, userCertFile, userKeyFile }: Address) {
    const { hosts, dnsDiscover, tls, defaultCredentials, ...others } = options;
    const [host = { address: 'localhost', port: 2113 }] = hosts;
    const settings = { ...others, connectionName: others.connectionName ?? `darkroom-${uuidV7()}` };
    const security = {
      insecure: tls === false,
      ...(rootCertificate === undefined ? {} : { rootCertificate }),
      ...(userCertFile === undefined ? {} : { userCertFile }),
      ...(userKeyFile === undefined ? {} : { userKeyFile }),
    };
    if (dnsDiscover) super({ ...settings, discover: host }, security, defaultCredentials);
    else if (hosts.length > 1) super({ ...settings, endpoints: hosts }, security, defaultCredentials);
    else super({ ...settings, endpoint: host }, security, defaultCredentials);

    const connect = this.getChannel;
    this.getChannel = async () => {
      this.channel = await connect();
      return this.channel;
    };
    // Nobody awaits this. It fails where a cluster is looked for and not found, which the call that looks
    // is told as well; unhandled, it would end the process.
    const reconnect = this.handleError;
    this.handleError = (client, error) => reconnect(client, error).catch(() => undefined);
  }

  /** Every call asks for the leader: what was written must be read, and a follower may not have it yet. */
  private arguments() {
    return this.callArguments({ requiresLeader: true }, { deadline: Number.POSITIVE_INFINITY });
  }

  openAppends(): Promise<AppendStream> {
    return this.GRPCStreamCreator(StreamsClient, 'appends', (client) =>
      client.batchAppend(...this.arguments()),
    )();
  }

  openRead(request: ReadReq): Promise<ReadStream> {
    return this.GRPCStreamCreator(StreamsClient, 'read', (client) =>
      client.read(request, ...this.arguments()),
    )();
  }

  async close(): Promise<void> {
    await this.dispose();
    this.channel?.close();
  }
}

export type { Connection };
export const connect = (address: Address): Connection => new Connection(address);
