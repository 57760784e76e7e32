/** The arrows between the rooms of the house (README.md), held by CI so that the picture stays true. */
const room = (name) => `^src/${name}/`;
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^(src|web|test|bench)/', pathNot: allowed },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolved',
      comment: 'Peers of the bench have dependencies of their own, which are installed only to measure them.',
      severity: 'error',
      from: { pathNot: '^bench/peers/' },
      to: { couldNotResolve: true },
    },
    only(
      'sqlite-stands-alone',
      room('sqlite'),
      room('sqlite'),
      'What the SQLite adapters share knows none of them.',
    ),
    only(
      'events-import-nothing',
      room('events'),
      [room('events'), room('sqlite')],
      'Events know no other room.',
    ),
    only('images-import-nothing', room('images'), room('images'), 'The image store knows no other room.'),
    only(
      'commands-import-events',
      room('commands'),
      [room('commands'), room('events')],
      'Who decides reads the log alone.',
    ),
    only(
      'projections-import-events',
      room('projections'),
      [room('projections'), room('events'), room('sqlite')],
      'What people read is made of events.',
    ),
    only(
      'settings-arrows',
      room('settings'),
      [room('settings'), '^src/addressRange.ts$'],
      'Settings are values.',
    ),
    only(
      'workers-arrows',
      room('workers'),
      [
        room('workers'),
        room('commands'),
        room('projections'),
        room('events'),
        room('images'),
        '^src/config.ts$',
      ],
      'Workers follow the log and append.',
    ),
    only(
      'api-arrows',
      room('api'),
      [
        room('api'),
        room('commands'),
        room('projections'),
        room('events'),
        room('images'),
        '^src/(config|addressRange|settings/signIn).ts$',
      ],
      'The API commands and reads.',
    ),
    only(
      'client-is-pure',
      room('client'),
      [room('client'), room('events'), room('projections'), room('commands')],
      'The client library takes types and pure functions only.',
    ),
    {
      name: 'client-takes-no-adapters',
      comment: 'Nothing that runs on a server alone gets into the browser.',
      severity: 'error',
      from: { path: '^(src/client|web)/' },
      to: {
        path: [
          '^src/(events/log|projections/(documents|reading|runner|writing|watching)|commands|api|workers|images|sqlite|cli|assembly|tracing)/',
          '^src/(main|config|signInSettings|addressRange)\\.ts$',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'parts-know-no-tracing',
      comment:
        'Ports are wrapped where the parts are put together; nothing of OpenTelemetry is loaded before it is wished.',
      severity: 'error',
      from: { path: '^(src|web)/', pathNot: '^src/(tracing|assembly|main\\.ts)' },
      to: { path: '^(src/tracing/|node_modules/@opentelemetry/)' },
    },
    only(
      'web-arrows',
      '^web/',
      ['^web/', room('client'), room('events'), room('projections')],
      'The page uses the client library.',
    ),
    {
      name: 'product-knows-no-tests',
      severity: 'error',
      from: { path: '^(src|web)/' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
