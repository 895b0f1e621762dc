// Which module may import which: docs/adr/0003-import-rules.md. Type-only imports count.
// test/architecture.test.ts breaks each of these rules once, to show that it can fail.

/** What a room may import of ours besides itself, and why no more. */
const rooms = {
  'version.ts': { may: [], why: 'It is one constant.' },
  process: {
    may: [],
    why: 'It serves the process of every entry point: its terminal and its last resort.',
  },
  convert: {
    may: ['gray-png/'],
    why: 'It is the published library: bytes in, gray bytes out.',
  },
  'gray-png': { may: [], why: 'It is an encoder for one format, useful to any program.' },
  config: {
    may: ['convert/recipe/'],
    why: 'It is read before anything else is loaded. Recipes are plain data and share its parsers.',
  },
  pipeline: {
    may: ['convert/', 'version.ts'],
    why: 'It declares the ports that it uses itself and knows neither adapters nor entry points.',
  },
  events: {
    may: ['pipeline/'],
    why: 'It turns text into uploads and does nothing with them.',
  },
  stats: {
    may: ['pipeline/'],
    why: 'It turns rows into reports and knows neither database nor terminal.',
  },
  storage: {
    may: ['pipeline/', 'doctor/'],
    why: 'It implements object stores on S3 and on files, for whoever opens them.',
  },
  ledger: {
    may: ['pipeline/', 'stats/', 'doctor/', 'convert/', 'version.ts'],
    why: 'It keeps image_metadata in PostgreSQL. Who reads the rows is not its concern.',
  },
  queue: {
    may: ['pipeline/', 'events/'],
    why: 'It implements where uploads wait, for whoever opens it.',
  },
  isolation: {
    may: ['convert/', 'pipeline/'],
    why: 'It implements a converter in processes that can be ended.',
  },
  reconcile: {
    may: [
      ...['pipeline/', 'convert/', 'events/', 'stats/'],
      ...['ledger/ledger-reader.ts', 'storage/object-files.ts', 'storage/replace-file.ts'],
      'queue/upload-queue.ts',
    ],
    why: 'It compares a bucket with the ledger through ports and hands over what differs.',
  },
  doctor: {
    may: ['pipeline/', 'convert/', 'gray-png/'],
    why: 'It judges the answers of probes and knows neither store nor database.',
  },
  app: {
    may: [
      ...['config/', 'convert/', 'pipeline/', 'events/', 'stats/', 'storage/', 'ledger/'],
      ...['queue/', 'isolation/', 'reconcile/', 'doctor/', 'version.ts'],
    ],
    why: 'It alone chooses and opens adapters. Entry points call it, never the other way round.',
  },
  lambda: entryPoint(),
  server: entryPoint(),
  sandbox: entryPoint(
    ...['lambda/', 'server/', 'storage/replace-file.ts'],
    ...['isolation/allocator.ts', 'isolation/supervise-child.ts'],
  ),
  cli: entryPoint('lambda/', 'server/', 'sandbox/'),
};

function entryPoint(...mayStart) {
  return {
    may: [
      ...['app/', 'config/', 'pipeline/', 'events/', 'convert/', 'stats/', 'reconcile/', 'doctor/'],
      ...['ledger/errors.ts', 'ledger/ledger-reader.ts', 'storage/object-files.ts'],
      // Plain data, from which the API's schema of a row is made.
      'ledger/columns.ts',
      ...['queue/upload-queue.ts', 'process/', 'version.ts'],
      ...mayStart,
    ],
    why: 'An entry point is wiring: adapters come from app, and other entry points are only started.',
  };
}

const roomRules = Object.entries(rooms).map(([room, { may, why }]) => {
  const self = `^src/${room}${room.endsWith('.ts') ? '$' : '/'}`;
  return {
    name: `${room} imports only its own`,
    comment: `${why} It may import: ${may.join(', ') || 'nothing of ours'}.`,
    severity: 'error',
    from: { path: self },
    to: { path: '^src/', pathNot: [self, ...may.map((allowed) => `^src/${allowed}`)] },
  };
});

/** What is started from outside: by bin/, by an importing program, by AWS, as a process or thread. */
const entryPoints = [
  '^src/cli/main\\.ts$',
  '^src/convert/index\\.ts$',
  '^src/lambda/[^/]*handler\\.ts$',
  '^src/(isolation|sandbox)/[^/]+-process\\.ts$',
  '^src/convert/decode/wasm/decoder-thread\\.ts$',
  '^src/server/reports/report-thread\\.ts$',
];

const structure = [
  {
    name: 'events import types of pipeline',
    comment: 'Reading an event must not load the machinery that works on it.',
    from: { path: '^src/events/' },
    to: { path: '^src/pipeline/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'cli starts other entry points lazily',
    comment: '`grayscale convert` must not wait for a server, an SDK or a database to load.',
    from: { path: '^src/cli/' },
    to: {
      path: '^src/(lambda|server|sandbox)/',
      dynamic: false,
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'rooms are entered through their index',
    comment: 'What the index does not export may change without a look elsewhere.',
    // The configuration must not load sharp with the index; what it may import is said above.
    from: { path: '^src/([^/]+)', pathNot: '^src/config/' },
    to: {
      path: '^src/(config|convert|gray-png|pipeline|events|stats|reconcile|doctor)/',
      // The index of convert is the published library, to which thumbnails and timers do not belong.
      pathNot: ['/index\\.ts$', '^src/convert/(thumbnail|deadline)\\.ts$', '^src/$1/'],
    },
  },
  {
    name: 'src stands alone',
    comment: 'The published package has no tests and no tools.',
    from: { path: '^src/' },
    to: {
      pathNot: ['^src/', 'node_modules/'],
      dependencyTypesNot: ['core'],
      couldNotResolve: false,
    },
  },
  {
    name: 'infra imports only what a function is told',
    comment: 'A stack names the variables that it sets; a variable that is gone fails to compile.',
    from: { path: '^infra/' },
    to: { path: '^src/', pathNot: '^src/(config/index|isolation/allocator)\\.ts$' },
  },
  {
    name: 'web imports types only',
    comment: 'What a browser loads must not bring Node’s half along.',
    from: { path: '^web/' },
    to: { path: '^src/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no cycles',
    comment: 'Modules in a cycle can be understood, tested and loaded only together.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no dead modules',
    comment: 'What no entry point reaches is used by its tests alone, or by nobody.',
    from: { path: entryPoints },
    to: {
      path: '^src/',
      pathNot: [...entryPoints, '\\.d\\.ts$'],
      reachable: false,
    },
  },
];

const tests = [
  {
    name: 'only tests and benches import test code',
    comment: 'What ships and what builds it must work without a test.',
    from: { path: '^(src|web|infra|tools)/' },
    to: { path: '^(test|testing|bench)/' },
  },
];

const packages = [
  onlyIn(
    'sharp',
    ['convert', 'app', 'isolation/converter-process.ts', 'sandbox'],
    'Decoding and encoding belong to the engine.',
  ),
  onlyIn(
    '(@aws-sdk/[^/]+|pg)',
    ['storage', 'ledger', 'queue', 'app', 'sandbox', 'lambda'],
    'Any S3 and any PostgreSQL will do, because the rest knows neither.',
  ),
  onlyIn(
    '(fauxqs|@electric-sql/[^/]+)',
    ['sandbox'],
    'They stand in for real services; production must not load them.',
  ),
  {
    name: 'convert does no I/O',
    comment: 'The same bytes and recipe give the same result, in anyone’s program.',
    // A WebAssembly decoder is read from its package when the first image needs it.
    from: {
      path: '^src/(convert|gray-png|stats)/',
      pathNot: '^src/convert/decode/wasm/wasm-module\\.ts$',
    },
    to: {
      path: '^(node:)?(child_process|cluster|dgram|dns|fs|http2?|https|net|os|process|tls|timers)(/|$)',
    },
  },
  {
    name: 'src needs no dev dependency',
    comment: 'Whoever installs the package does not get them. Types are erased, so they may be.',
    from: { path: '^src/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'imports are found',
    comment: 'An import that this check cannot follow is one that it cannot judge.',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'packages are declared',
    comment: 'A package that only another one depends on can vanish with it.',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [...roomRules, ...[...structure, ...tests, ...packages].map(asError)],
  options: {
    // TypeScript 7 has no JavaScript API, so dependency-cruiser reads TypeScript with swc.
    parser: 'swc',
    // AssemblyScript looks like TypeScript and is none; it can import nothing but its own folder.
    exclude: { path: '/gray-png/assembly/' },
    doNotFollow: { path: 'node_modules|^(dist|coverage|web/dist)/|(^|/)\\.' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};

function asError(rule) {
  return { ...rule, severity: 'error' };
}

function onlyIn(packagePattern, places, why) {
  return {
    name: `${packagePattern} only in ${places.join(', ')}`,
    comment: why,
    from: { path: '^src/', pathNot: places.map((place) => `^src/${place}`) },
    to: { path: `node_modules/${packagePattern}/` },
  };
}
