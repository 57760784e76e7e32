import { queueOrder } from '../../events/job.ts';
import { actor } from '../../events/metadata.ts';
import { publicEvents, queueChanges } from './eventShapes.ts';
import { componentsOf, type JsonSchema, jsonSchemaOf } from './jsonSchema.ts';
import * as shapes from './shapes.ts';
import {
  clientMessages,
  handshake,
  refusedConnection,
  type SocketMessage,
  serverMessages,
} from './socketShapes.ts';

type Messages = Readonly<Record<string, SocketMessage>>;

const received: Messages = clientMessages;
const sent: Messages = serverMessages;

const channel = '#/channels/socket';
const answerTo = (name: string): string => `${name}Answer`;
const payloadOf = (name: string): string =>
  `${name.replaceAll(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase())}`;

const described = (messages: Messages) =>
  Object.entries(messages).flatMap(([name, { says, answer }]) => [
    [name, { name, summary: says, payload: { $ref: `#/components/schemas/${payloadOf(name)}` } }] as const,
    ...(answer === undefined
      ? []
      : [
          [
            answerTo(name),
            {
              name: answerTo(name),
              summary: `The acknowledgement of \`${name}\`.`,
              payload: { $ref: `#/components/schemas/${payloadOf(answerTo(name))}` },
            },
          ] as const,
        ]),
  ]);

const operationsOf = (messages: Messages, action: 'receive' | 'send') =>
  Object.entries(messages).map(([name, { says, answer }]) => [
    name,
    {
      action,
      summary: says,
      channel: { $ref: channel },
      messages: [{ $ref: `${channel}/messages/${name}` }],
      ...(answer === undefined
        ? {}
        : {
            reply: {
              channel: { $ref: channel },
              messages: [{ $ref: `${channel}/messages/${answerTo(name)}` }],
            },
          }),
    },
  ]);

const schemasOf = (messages: Messages) =>
  Object.entries(messages).flatMap(([name, { payload, answer }]) => [
    [payloadOf(name), payload] as const,
    ...(answer === undefined ? [] : [[payloadOf(answerTo(name)), answer] as const]),
  ]);

const incoming = () =>
  Object.fromEntries(Object.entries(received).map(([name, { payload }]) => [payloadOf(name), payload]));

const outgoing = () => ({
  Person: shapes.person,
  Actor: actor,
  QueueOrder: queueOrder,
  ImageRequest: shapes.imageRequest,
  ImageState: shapes.imageState,
  Conversation: shapes.conversation,
  Message: shapes.message,
  Job: shapes.job,
  WaitingJob: shapes.waitingJob,
  ...publicEvents,
  ...Object.fromEntries(Object.entries(queueChanges).map(([name, shape]) => [`Queue_${name}`, shape])),
  ...Object.fromEntries(
    [...schemasOf(received), ...schemasOf(sent)].filter(([name]) => !(name in incoming())),
  ),
  ConnectionRefused: refusedConnection,
});

/** AsyncAPI 3.0 of the socket's protocol, from the server's side: it receives what clients send. */
export const asyncApi = () => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Darkroom',
    version: '1',
    description:
      'Socket.IO over WebSocket alone, namespace `/`. Each message is an event of Socket.IO; an answer is its ' +
      'acknowledgement. The handshake carries `auth: { token }`; who is refused gets a `connect_error` with ' +
      '`data` as in `ConnectionRefused`. Everything else is at /openapi.json.',
    license: { name: 'MIT' },
  },
  defaultContentType: 'application/json',
  servers: {
    darkroom: {
      host: 'localhost:3000',
      protocol: 'ws',
      pathname: '/socket.io',
      description: 'Where Darkroom runs.',
      security: [{ $ref: '#/components/securitySchemes/token' }],
    },
  },
  channels: {
    socket: {
      address: '/',
      description: 'The one namespace.',
      messages: Object.fromEntries([...described(received), ...described(sent)]),
    },
  },
  operations: Object.fromEntries([...operationsOf(received, 'receive'), ...operationsOf(sent, 'send')]),
  components: {
    securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    schemas: {
      ...componentsOf(outgoing(), 'out'),
      ...componentsOf(incoming(), 'in'),
      Handshake: jsonSchemaOf(handshake),
    } satisfies Record<string, JsonSchema>,
  },
});
