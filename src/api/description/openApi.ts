import type { z } from 'zod';
import { type Access, waysIn } from '../../commands/permissions.ts';
import type { Operation } from '../http/operation.ts';
import { idempotencyKey, minPosition } from '../http/schemas.ts';
import { type ProblemCode, problems } from '../problems.ts';
import { answerShapes } from './answerShapes.ts';
import { type Call, calls, type DescribedAnswer, tags } from './calls.ts';
import { componentAt, componentsOf, type JsonSchema, jsonSchemaOf } from './jsonSchema.ts';
import { problemsOf } from './problemPlaces.ts';

/** The base path of the API; what the document and its page are reached at without it too. */
const basePath = '/api/v1';
const atBoth: ReadonlySet<string> = new Set(['/openapi.json', '/asyncapi.json', '/docs']);
const withoutBasePath: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

type Way = keyof typeof calls;

const access: Readonly<Record<Way, Access>> = waysIn.http;

const whoMay: Partial<Readonly<Record<Access, string>>> = {
  anyone: 'Anyone.',
  signed_in: 'Everyone who is signed in, of what is their own.',
  readConversation: 'Participants of the conversation.',
  renameConversation: 'Participants of the conversation.',
  addParticipant: 'Participants of the conversation.',
  removeParticipant: 'The person themselves, or who started the conversation.',
  archiveConversation: 'Who started the conversation.',
  post: 'Participants of the conversation.',
  editMessage: 'Its author, or an operator.',
  mergeMetadata: 'Participants of the conversation.',
  removeMessage: 'Its author, or an operator.',
  readJob: 'Participants of its conversation, its owner, or an operator.',
  prioritizeJob: 'Operators.',
  cancelJob: 'Its owner, or an operator.',
  retryJob: 'Its owner, or an operator.',
  changeQueue: 'Operators.',
  readAudit: 'Auditors; of a conversation, a message or a job, who may read that.',
};

/** Each field of an object as a parameter. */
const parametersIn = (where: 'path' | 'query' | 'header', schema: z.ZodType, required?: boolean) => {
  const { properties = {}, required: names = [] } = jsonSchemaOf(schema) as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: where, schema },
    required: required ?? names.includes(name),
  }));
};

const seconds = { 'Retry-After': { required: true, schema: { type: 'string', pattern: '^\\d+$' } } };
const reference = {
  'Darkroom-Reference': {
    description: 'Id of the request, in the server’s log.',
    schema: { type: 'string' },
  },
};

const bodyOf = (shape: DescribedAnswer['content'][string]): object => {
  if (shape === 'text') return { schema: { type: 'string' } };
  return shape === 'bytes' ? {} : { schema: { $ref: componentAt(shape) } };
};

const answerOf = ({ says, content, headers = [] }: DescribedAnswer) => ({
  description: says,
  headers: {
    ...reference,
    ...Object.fromEntries(headers.map((name) => [name, { required: true, schema: { type: 'string' } }])),
  },
  content: Object.fromEntries(Object.entries(content).map(([type, shape]) => [type, bodyOf(shape)])),
});

const comesAgain: ReadonlySet<number> = new Set([429, 503]);

const statusOf = ([first = 'internal']: readonly ProblemCode[]): number => problems[first].status;

/** A problem of one of these codes, which share a status. */
const problemAnswer = (codes: readonly ProblemCode[]) => ({
  description: codes.map((code) => `\`${code}\`: ${problems[code].title}.`).join(' '),
  headers: comesAgain.has(statusOf(codes)) ? { ...reference, ...seconds } : reference,
  content: {
    'application/problem+json': {
      schema: {
        $ref: componentAt('Problem'),
        type: 'object',
        properties: { code: { enum: codes }, status: { const: statusOf(codes) } },
      },
    },
  },
});

/** Many calls share these, so that each is described once. */
const nameOf = (codes: readonly ProblemCode[]): string => codes.join('.');

type Responses = Readonly<Record<string, object>>;

const responsesOf = (call: Call, refusals: ReadonlyMap<number, readonly ProblemCode[]>): Responses => {
  const responses: Record<string, object> = {};
  for (const [status, codes] of refusals)
    responses[status] = { $ref: `#/components/responses/${nameOf(codes)}` };
  for (const [status, answer] of Object.entries(call.answers)) {
    const codes = refusals.get(Number(status));
    const described = answerOf(answer);
    // One status may be an answer and a problem: of /readyz 503 is.
    const other = codes === undefined ? {} : problemAnswer(codes).content;
    responses[status] = { ...described, content: { ...described.content, ...other } };
  }
  return responses;
};

const titleCase = (word: string): string => word.replace(/^./, (first) => first.toUpperCase());

/** `GET /jobs/:id/wait` is `getJobsIdWait`, for programs that are made from the document. */
const idOf = (way: Way): string => {
  const [method = '', path = ''] = way.split(' ');
  return [
    method.toLowerCase(),
    ...path
      .split(/\W+/)
      .filter((word) => word !== '')
      .map(titleCase),
  ].join('');
};

/** No body at all is taken for one without fields. */
const isNeeded = (body: z.ZodType): boolean => !body.safeParse({}).success;

const takenBy = ({ method, takes, mediaTypes }: Operation) => ({
  parameters: [
    ...parametersIn('path', takes.params, true),
    ...parametersIn('query', takes.query),
    ...(method === 'get' ? parametersIn('header', minPosition, false) : []),
    ...(method === 'post' ? parametersIn('header', idempotencyKey, false) : []),
  ],
  ...(method === 'get'
    ? {}
    : {
        requestBody: {
          required: isNeeded(takes.body),
          content: Object.fromEntries(mediaTypes.map((type) => [type, { schema: jsonSchemaOf(takes.body) }])),
        },
      }),
});

const described = (way: Way, operation: Operation | undefined) => {
  const call: Call = calls[way];
  const who = access[way];
  return {
    operationId: idOf(way),
    tags: [call.tag],
    summary: call.summary,
    description: `Who may: ${whoMay[who] ?? who}`,
    security: who === 'anyone' ? [] : [{ token: [] }],
    ...(operation === undefined ? {} : takenBy(operation)),
    responses: responsesOf(call, problemsOf(operation ?? null, call.problems ?? [])),
  };
};

/** Where a call is reached: an address without the base path, with it, or both. */
const addressesOf = (path: string): readonly string[] => {
  if (withoutBasePath.has(path)) return [path];
  return atBoth.has(path) ? [path, `${basePath}${path}`] : [`${basePath}${path}`];
};

/** Express writes `:id` where OpenAPI writes `{id}`. */
const template = (path: string): string => path.replaceAll(/:(\w+)/g, '{$1}');

type Operations = ReadonlyMap<string, Operation>;

const byWay = (operations: readonly Operation[]): Operations =>
  new Map(operations.map((each) => [`${each.method.toUpperCase()} ${each.path}`, each]));

const ways = Object.keys(calls) as readonly Way[];

const sharedResponses = (operations: Operations) => {
  const sets = ways.flatMap((way) => {
    const { problems: named = [] }: Call = calls[way];
    return [...problemsOf(operations.get(way) ?? null, named).values()];
  });
  return Object.fromEntries(sets.map((codes) => [nameOf(codes), problemAnswer(codes)]));
};

const pathsOf = (operations: Operations) => {
  const paths: Record<string, Record<string, object>> = {};
  for (const way of ways) {
    const [method = '', path = ''] = way.split(' ');
    for (const [at, address] of addressesOf(path).entries()) {
      const entry = described(way, operations.get(way));
      const operationId = at === 0 ? entry.operationId : `${entry.operationId}OfApi`;
      paths[template(address)] = {
        ...paths[template(address)],
        [method.toLowerCase()]: { ...entry, operationId },
      };
    }
  }
  return paths;
};

/** OpenAPI 3.1 of all that is reached by HTTP, made from the calls' own schemas. */
export const openApi = (operations: readonly Operation[]) => ({
  openapi: '3.1.0',
  info: {
    title: 'Darkroom',
    version: '1',
    description:
      'A chat backend in which people ask for pictures and watch them being made. ' +
      'What happens comes over a socket: /asyncapi.json.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  tags: tags.map((name) => ({ name })),
  paths: pathsOf(byWay(operations)),
  components: {
    securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    responses: sharedResponses(byWay(operations)),
    schemas: componentsOf(answerShapes, 'out'),
  },
});
