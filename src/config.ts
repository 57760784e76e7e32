import { validate } from 'node-cron';
import { z } from 'zod';
import { isAddressRange } from './addressRange.ts';
import { algorithms, signInProblems } from './signInSettings.ts';

/** Digits alone: what JavaScript takes for a number besides (a space, 0x10, 1e3) is a slip of the finger here. */
const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^-?\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));

/** How many there may be; 0: any number. */
const most = whole(0, 10_000_000);

const storeUrl = (scheme: string) =>
  z.string().regex(new RegExp(`^${scheme}:.+`), `must be a URL like ${scheme}:./data/name`);

const documentsUrl = z
  .string()
  .regex(
    /^(sqlite|mongodb|mongodb\+srv):.+/,
    'must be a URL like sqlite:./data/name or mongodb://host:27017/name',
  );

const engineNames = ['sketch', 'comfyui', 'openai', 'automatic1111', 'bfl'] as const;
export type EngineName = (typeof engineNames)[number];

const areEngineNames = (names: unknown): boolean =>
  Array.isArray(names) &&
  names.length > 0 &&
  new Set(names).size === names.length &&
  names.every((name) => engineNames.includes(name));

/** Separated by commas. */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const isOrigin = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).pathname === '/';

const areOrigins = (text: string): boolean =>
  text
    .split(',')
    .map((each) => each.trim())
    .every((each) => each === '' || isOrigin(each));

const engineUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'must be a URL like http://127.0.0.1:8188',
  );

const apiKey = z.string().regex(/^[\x21-\x7e]+$/, 'must be printable characters without spaces');

/** Settings whose value is never shown. */
const secrets: ReadonlySet<string> = new Set(['AUTH_JWT_SECRET', 'OPENAI_API_KEY', 'BFL_API_KEY']);

/** As it may be shown: a URL without the user name and password in it. */
export const shown = (value: string): string => value.replace(/\/\/.*@/, '//…@');

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

/** Whoever can change what is read from there can sign in as anyone; so it must come by TLS. */
const isKeysUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isSafe =
    protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname.replace(/^\[|\]$/g, '')));
  return isSafe && username === '' && password === '';
};

/** Every setting, with its default. docs/settings.md lists them from here. */
export const settings = z
  .object({
    HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
    PORT: whole(0, 65_535).default(3000).describe('Port to listen on; 0 takes a free one.'),
    DATA_DIR: z.string().min(1).default('./data').describe('Where the embedded stores and the secret lie.'),
    EVENT_LOG_URL: z
      .string()
      .regex(
        /^(sqlite:.|(esdb|kurrentdb|kurrent|kdb)(\+discover)?:\/\/.)/,
        'must be a URL like sqlite:./data/events.db, esdb://host:2113?tls=false or esdb+discover://cluster:2113',
      )
      .optional()
      .describe('Event log; default: sqlite:<DATA_DIR>/events.db. Or EventStoreDB / KurrentDB: esdb://….'),
    EVENT_LOG_NAMESPACE: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_]{0,63}\.$/, 'must be a word and a dot, like darkroom.')
      .default('darkroom.')
      .describe('Before the name of each of our streams on an EventStoreDB / KurrentDB server.'),
    DOCUMENTS_URL: documentsUrl
      .optional()
      .describe('Document store: sqlite: or mongodb:; default: sqlite:<DATA_DIR>/documents.db.'),
    KEYS_URL: z
      .string()
      .regex(
        /^(none$|(file|mongodb|mongodb\+srv):.+)/,
        'must be a URL like file:./data/keys or mongodb://host:27017/keys, or none',
      )
      .optional()
      .describe(
        'Keys of personal data: see [security](security.md#what-is-encrypted); default: beside the documents, file:<DATA_DIR>/keys or the database <name>_keys. `none`: it is not encrypted.',
      ),
    IMAGES_URL: storeUrl('file').optional().describe('Image store; default: file:<DATA_DIR>/images.'),
    AUTH_MODE: z
      .enum(['local', 'jwt'], 'must be local or jwt')
      .default('local')
      .describe(
        'How people sign in. `local`: a name is enough; on a loopback address only. `jwt`: by tokens of an identity provider.',
      ),
    AUTH_JWT_SECRET: z
      .string()
      .refine(
        (secret) => Buffer.byteLength(secret) >= 32,
        'must have at least 32 bytes, or it can be guessed',
      )
      .optional()
      .describe(
        '`jwt` mode: the secret that tokens are signed with (HS256, HS384, HS512). Or AUTH_JWKS_URL.',
      ),
    AUTH_JWKS_URL: z
      .string()
      .refine(
        isKeysUrl,
        'must be an https: URL without user name and password; http: is for loopback addresses alone',
      )
      .optional()
      .describe('`jwt` mode: where the identity provider publishes its public keys. Or AUTH_JWT_SECRET.'),
    AUTH_JWT_ISSUER: z.string().optional().describe('`jwt` mode, required: the `iss` of tokens.'),
    AUTH_JWT_AUDIENCE: z
      .string()
      .optional()
      .describe('`jwt` mode, required: what the `aud` of tokens must name.'),
    AUTH_JWT_ALGORITHMS: algorithms
      .optional()
      .describe(
        '`jwt` mode: signatures that are believed, by commas; default: HS256, or RS256 with AUTH_JWKS_URL.',
      ),
    AUTH_JWT_CLOCK_TOLERANCE: whole(0, 300)
      .default(0)
      .describe('`jwt` mode: seconds by which the clock of the identity provider may be off.'),
    AUTH_JWT_ROLES_CLAIM: z
      .string()
      .default('roles')
      .describe('`jwt` mode: the claim with the roles; a path by dots, such as `realm_access.roles`.'),
    ALLOWED_ORIGINS: z
      .string()
      .refine(areOrigins, 'must be origins like https://studio.example, by commas')
      .default('')
      .describe('Origins of other pages that may connect, separated by commas; the own one always may.'),
    ENGINES: list
      .pipe(
        z.custom<EngineName[]>(
          areEngineNames,
          `must be names of ${engineNames.join(', ')}, each once, by commas`,
        ),
      )
      .default(['sketch'])
      .describe('Image engines, by commas, in the order in which they are asked: see [engines](engines.md).'),
    COMFYUI_URL: engineUrl
      .default('http://127.0.0.1:8188')
      .describe('Engine `comfyui`: where ComfyUI listens.'),
    COMFYUI_WORKFLOWS: list
      .refine((entries) => entries.length > 0, 'must name a workflow')
      .default(['sdxl'])
      .describe(
        'Engine `comfyui`: `sdxl`, `flux`, or files exported from ComfyUI, by commas; each is a model, the first the usual one.',
      ),
    AUTOMATIC1111_URL: engineUrl
      .default('http://127.0.0.1:7860')
      .describe(
        'Engine `automatic1111`: where it, Forge or SD.Next listens; http://name:password@… where it wants them.',
      ),
    AUTOMATIC1111_MODELS: list
      .refine((names) => names.length > 0, 'must name a model')
      .default(['loaded'])
      .describe(
        'Engine `automatic1111`: checkpoints, by commas; the first is the usual one; `loaded`: what it has loaded.',
      ),
    OPENAI_URL: engineUrl
      .default('https://api.openai.com')
      .describe('Engine `openai`: the Images API, or a server that speaks it; without `/v1`.'),
    OPENAI_API_KEY: apiKey
      .optional()
      .describe('Engine `openai`: its key; a server of your own may need none.'),
    OPENAI_MODELS: list
      .refine((names) => names.length > 0, 'must name a model')
      .default(['gpt-image-1'])
      .describe('Engine `openai`: its models, by commas; the first is the usual one.'),
    BFL_URL: engineUrl
      .default('https://api.bfl.ai')
      .describe('Engine `bfl`: the FLUX API of Black Forest Labs, or one of its regions.'),
    BFL_API_KEY: apiKey.optional().describe('Engine `bfl`, required there: its key.'),
    BFL_MODELS: list
      .refine(
        (names) => names.length > 0 && names.every((name) => /^[a-z0-9][a-z0-9.-]*$/.test(name)),
        'must name models like flux-pro-1.1',
      )
      .default(['flux-pro-1.1'])
      .describe('Engine `bfl`: its models, by commas; the first is the usual one.'),
    SKETCH_STEP_MS: whole(0, 60_000)
      .default(60)
      .describe('How long the built-in engine takes for a step, in ms.'),
    WORKERS: whole(0, 64).default(2).describe('Images drawn at once by this process.'),
    JOB_ATTEMPTS: whole(1, 20).default(3).describe('Attempts that a job may have.'),
    MAX_WAITING_JOBS_PER_USER: whole(0, 1_000_000)
      .default(100)
      .describe('Pictures of one person that may wait; more are refused. 0: any number.'),
    MAX_RUNNING_JOBS_PER_USER: whole(0, 500)
      .default(10)
      .describe(
        'Pictures of one person that are drawn at once; their others keep their places and are passed over meanwhile. 0: any number.',
      ),
    MAX_QUEUE_LENGTH: whole(0, 1_000_000)
      .default(10_000)
      .describe('Pictures of all people that may wait; more are refused. 0: any number.'),
    FAIR_SHARE: z
      .enum(['on', 'off'], 'must be on or off')
      .default('off')
      .describe(
        '`on`: people whose pictures have the same priority take turns; `off`: first come, first served.',
      ),
    LEASE_MS: whole(500, 600_000)
      .default(30_000)
      .describe('A running job that is silent for longer is given to another worker.'),
    STUCK_AFTER_MS: whole(500, 86_400_000)
      .default(300_000)
      .describe('A running job whose step, stage and preview stay the same for longer is stuck.'),
    JOB_TIMEOUT_MS: whole(1_000, 86_400_000).default(600_000).describe('Longest that an attempt may take.'),
    DRAIN_MS: whole(0, 3_600_000)
      .default(5_000)
      .describe('A worker that is stopped may go on drawing for so long; then it hands back what it draws.'),
    IMAGES_KEEP_MS: whole(10_000, 2_147_483_647)
      .default(86_400_000)
      .describe('Images that no job shows, left by a worker that died say, are removed after this long.'),
    BREAKER_FAILURES: whole(1, 1_000)
      .default(5)
      .describe('An image engine rests after so many failures in a row; jobs wait meanwhile.'),
    BREAKER_RESET_MS: whole(100, 86_400_000)
      .default(60_000)
      .describe('An image engine that rests is tried again with one job after this long.'),
    SWEEP_CRON: z
      .string()
      .refine((expression) => validate(expression), 'must be a cron expression, like */10 * * * * *')
      .default('*/10 * * * * *')
      .describe('When the sweep looks for jobs that are stuck: cron with seconds.'),
    SEAL_EVENTS: whole(1, 100_000)
      .default(1_000)
      .describe('The log is sealed after so many events: see [security](security.md#tamper-evidence).'),
    SEAL_MS: whole(100, 86_400_000)
      .default(60_000)
      .describe('The log is sealed this long after an event at the latest.'),
    TICK_MS: whole(100, 600_000).default(15_000).describe('A quiet subscription hears from us this often.'),
    SLOW_CONSUMER_MS: whole(100, 600_000)
      .default(30_000)
      .describe('A client that acknowledges nothing for longer is unsubscribed.'),
    REPLAY_LIMIT: whole(1, 10_000_000)
      .default(100_000)
      .describe('Events a reconnecting client may be behind.'),
    MAX_SUBSCRIPTIONS: whole(1, 10_000).default(100).describe('Subscriptions a connection may have.'),
    MAX_SUBSCRIPTIONS_PER_USER: most
      .default(1_000)
      .describe('Subscriptions a person may have at one process.'),
    MAX_SUBSCRIPTIONS_PER_ADDRESS: most
      .default(100_000)
      .describe('Subscriptions from one address at one process.'),
    MAX_CONNECTIONS_PER_USER: whole(1, 10_000)
      .default(50)
      .describe('Connections a person may have at one process.'),
    MAX_CONNECTIONS_PER_ADDRESS: most
      .default(10_000)
      .describe('Connections from one address at one process. 0, as of all limits from here on: any number.'),
    RATE_LIMIT_PER_MINUTE: most
      .default(6_000)
      .describe('Requests of a person a minute, at all processes together: see [limits](#limits).'),
    RATE_LIMIT_PER_ADDRESS: most.default(60_000).describe('Requests from one address a minute.'),
    PICTURE_LIMIT_PER_MINUTE: most.default(600).describe('Pictures that a person may ask for in a minute.'),
    PICTURE_LIMIT_PER_ADDRESS: most
      .default(6_000)
      .describe('Pictures asked for from one address in a minute.'),
    SOCKET_EVENT_LIMIT_PER_MINUTE: most
      .default(6_000)
      .describe('Events that a person’s sockets may send in a minute; acknowledgements don’t count.'),
    SOCKET_EVENT_LIMIT_PER_ADDRESS: most
      .default(60_000)
      .describe('Events that all sockets of one address may send in a minute.'),
    TRUSTED_PROXIES: list
      .refine((ranges) => ranges.every(isAddressRange), 'must name addresses or ranges like 10.0.0.0/8')
      .default([])
      .describe(
        'Proxies whose `X-Forwarded-For` is believed, by commas: addresses, or ranges like `10.0.0.0/8`. Without it all who come through a proxy have its address.',
      ),
    OTEL_EXPORTER_OTLP_ENDPOINT: engineUrl
      .optional()
      .describe(
        'Where traces are sent (OTLP over HTTP): see [tracing](operations/tracing.md); default: nowhere.',
      ),
    TRACED_SHARE: z
      .string()
      .regex(/^(0(\.\d{1,9})?|1(\.0+)?)$/, 'must be a number from 0 to 1, such as 0.01')
      .transform(Number)
      .default(1)
      .describe('Of all requests, how many are traced: 0.01 is one in a hundred.'),
    LOG_LEVEL: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
      .default('info')
      .describe('What the server logs.'),
  })
  .superRefine((value, context) => {
    if (value.AUTH_MODE === 'local' && !loopback.has(value.HOST))
      context.addIssue({
        code: 'custom',
        path: ['HOST'],
        message: `must be a loopback address (127.0.0.1) while AUTH_MODE is local, for there a name is enough to sign in; it is "${value.HOST}"`,
      });
    if (value.ENGINES.includes('bfl') && value.BFL_API_KEY === undefined)
      context.addIssue({
        code: 'custom',
        path: ['BFL_API_KEY'],
        message: 'must be set, for ENGINES names bfl',
      });
    for (const { setting, message } of signInProblems(value))
      context.addIssue({ code: 'custom', path: [setting], message });
  });

export type Config = z.infer<typeof settings>;

/** A setting is wrong. `message` is one sentence that names it. */
export class WrongSetting extends Error {
  readonly code = 'wrong_setting';
}

/** @throws WrongSetting */
export const readConfig = (environment: Readonly<Record<string, string | undefined>>): Config => {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => name in settings.shape && value !== ''),
  );
  const result = settings.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => {
    const name = path.join('.');
    const value = secrets.has(name) ? undefined : given[name];
    return `${name} ${message}${value === undefined || message.includes(value) ? '' : ` (it is "${shown(value)}")`}`;
  });
  throw new WrongSetting(`Wrong setting: ${problems.join('; ')}.`);
};
