import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { z } from 'zod';

/** An answer as it came. */
export interface GivenAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Throws where an answer isn't what the document says. */
export type AnswerCheck = (answer: GivenAnswer) => void;

const response = z.object({
  headers: z.record(z.string(), z.object({ required: z.boolean().optional() })).optional(),
  content: z.record(z.string(), z.object({ schema: z.unknown().optional() })),
});
const openApiDocument = z.object({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.object({ responses: z.record(z.string(), z.unknown()) })),
  ),
  components: z.object({ responses: z.record(z.string(), z.unknown()) }),
});

const escaped = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');
const pointer = (parts: readonly string[]): string => parts.map((part) => `/${escaped(part)}`).join('');

/** Addresses without parameters first: `/jobs/cancel` is no `/jobs/{id}`. */
const matchersOf = (paths: readonly string[]) =>
  paths
    .toSorted((one, other) => one.split('{').length - other.split('{').length)
    .map((path) => ({ path, matches: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }));

const named = (reference: unknown): string | undefined =>
  z.object({ $ref: z.string() }).safeParse(reference).data?.$ref.split('/').at(-1);

/**
 * Whether answers are as an OpenAPI document says: a status that it names, a media type that it names for that,
 * the headers that it promises, and a body that its schema lets through. What is no call of it isn't looked at.
 */
export const describedIn = (document: object): AnswerCheck => {
  const { paths, components } = openApiDocument.parse(document);
  const matchers = matchersOf(Object.keys(paths));
  let compiled: Ajv2020 | null = null;
  const validator = (): Ajv2020 => {
    if (compiled !== null) return compiled;
    compiled = new Ajv2020({ strict: false, validateFormats: true });
    formats.default(compiled);
    return compiled.addSchema(document, 'document');
  };

  return ({ method, path, status, headers, text }) => {
    const [address = ''] = path.split('?');
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
    const at = matchers.find(({ matches }) => matches.test(address))?.path;
    const call = at === undefined ? undefined : paths[at]?.[verb];
    if (at === undefined || call === undefined) return;
    const fail = (what: string): never => {
      throw new Error(
        `The document (src/api/description) doesn't describe what ${method} ${path} answered: ${what}\n${status} ${text.slice(0, 1_000)}`,
      );
    };
    const found = call.responses[status] ?? fail(`the status ${status}`);
    const shared = named(found);
    const where =
      shared === undefined
        ? ['paths', at, verb, 'responses', String(status)]
        : ['components', 'responses', shared];
    const described = response.parse(shared === undefined ? found : components.responses[shared]);
    for (const [name, { required = false }] of Object.entries(described.headers ?? {}))
      if (required && !headers.has(name)) fail(`without the header ${name}`);
    if (method === 'HEAD') return;
    if (text === '' && Object.keys(described.content).length === 0) return;
    const [type = ''] = (headers.get('Content-Type') ?? '').split(';');
    if (!(type in described.content)) fail(`the media type "${type}"`);
    if (!/[/+]json$/.test(type)) return;
    const schema = `document#${pointer([...where, 'content', type, 'schema'])}`;
    const validate = validator().getSchema(schema) ?? fail(`no schema at ${schema}`);
    if (!validate(JSON.parse(text))) fail(JSON.stringify(validate.errors));
  };
};
