// Which module may import which: docs/adr/0003-import-rules.md. Type-only imports count.
// test/architecture.test.ts breaks each of these rules once, to show that it can fail.

/** What a part may import of ours besides itself, and why no more. */
const parts = {
  convert: {
    may: ['gray-png/'],
    why: 'It is the published library: bytes in, gray bytes out.',
  },
  'gray-png': { may: [], why: 'It is an encoder of one format, of use to any program.' },
  latency: { may: [], why: 'It is arithmetic on numbers.' },
  pipeline: {
    may: ['convert/', 'latency/', 'version.ts'],
    why: 'It declares the ports that it needs and knows neither adapters nor fronts.',
  },
  stats: {
    may: ['pipeline/', 'latency/'],
    why: 'It turns rows into reports for several fronts and knows neither database nor terminal.',
  },
  backfill: {
    may: ['pipeline/', 'convert/', 'events/', 'stats/'],
    why: 'It decides what of a bucket is to be done; which store, queue and terminal, it does not know.',
  },
  verify: {
    may: ['pipeline/', 'events/', 'latency/', 'backfill/'],
    why: 'It compares lists with the ledger, and hands over what differs as a backfill does.',
  },
  events: { may: ['pipeline/'], why: 'It turns text into uploads and does nothing with them.' },
  'terminal.ts': { may: [], why: 'It writes text, whatever the text is about.' },
  'allocator.ts': { may: [], why: 'It is a table of settings of the C library.' },
  doctor: {
    may: ['pipeline/', 'convert/', 'gray-png/'],
    why: 'It judges what probes find; which store and database they ask, it does not know.',
  },
  adapters: {
    may: ['pipeline/', 'convert/', 'events/', 'doctor/', 'allocator.ts', 'version.ts'],
    why: 'An adapter puts one port on one technology; who chose it and why is not its concern.',
  },
  'config.ts': {
    may: ['config-variables.ts', 'convert/recipe-options.ts'],
    why: 'It is read before anything else exists. The table of recipe options is plain data.',
  },
  'config-variables.ts': {
    may: ['config-values.ts', 'convert/recipe-options.ts'],
    why: 'It is a table, read by config.ts before anything else exists.',
  },
  'last-resort.ts': { may: [], why: 'It must work whatever else does not.' },
  'config-values.ts': { may: [], why: 'It reads text, whatever the text is for.' },
  'compose.ts': {
    may: [
      ...['compose-postgres.ts', 'config.ts', 'pipeline/', 'adapters/', 'events/', 'convert/'],
      ...['stats/', 'version.ts'],
    ],
    why: 'It puts the parts together; the fronts call it, never the other way round.',
  },
  'compose-postgres.ts': {
    may: ['config.ts', 'config-variables.ts', 'adapters/'],
    why: 'It opens the one database, for whatever part needs it.',
  },
  'compose-server.ts': {
    may: [
      ...['compose.ts', 'compose-postgres.ts', 'config.ts', 'pipeline/', 'adapters/', 'events/'],
      'version.ts',
    ],
    why: 'It is the half of compose.ts that only the server needs; the function must not load it.',
  },
  'compose-bucket.ts': {
    may: [
      ...[
        'compose.ts',
        'compose-postgres.ts',
        'config.ts',
        'pipeline/',
        'adapters/',
        'events/',
        'convert/',
        'stats/',
      ],
      'backfill/',
    ],
    why: 'It is the half of compose.ts for work on whole buckets; the function must not load it.',
  },
  'compose-doctor.ts': {
    may: ['compose.ts', 'compose-postgres.ts', 'config.ts', 'adapters/', 'doctor/'],
    why: 'It is the half of compose.ts that only the doctor needs.',
  },
  lambda: front(),
  server: front('compose-server.ts'),
  sandbox: front('allocator.ts', 'compose-postgres.ts', 'compose-server.ts', 'lambda/', 'server/'),
  cli: front(
    'lambda/',
    'server/',
    'sandbox/',
    'backfill/',
    'verify/',
    'compose-bucket.ts',
    'doctor/',
    'compose-doctor.ts',
  ),
};

function front(...mayStart) {
  return {
    may: [
      ...['compose.ts', 'config.ts', 'pipeline/', 'events/', 'convert/', 'latency/', 'stats/'],
      ...['last-resort.ts', 'terminal.ts', 'version.ts'],
      ...mayStart,
    ],
    why: 'A front is wiring: adapters come from compose.ts, and other fronts are at most started.',
  };
}

const partRules = Object.entries(parts).map(([part, { may, why }]) => {
  const self = `^src/${part}${part.endsWith('.ts') ? '$' : '/'}`;
  return {
    name: `${part} imports only its own`,
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
  '^src/(adapters|sandbox)/[^/]+-process\\.ts$',
  '^src/convert/decoders/decoder-thread\\.ts$',
  '^src/server/report-thread\\.ts$',
];

const structure = [
  {
    name: 'events import types of pipeline',
    comment: 'Reading an event must not load the machinery that works on it.',
    from: { path: '^src/events/' },
    to: { path: '^src/pipeline/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'cli starts other fronts lazily',
    comment: '`grayscale convert` must not wait for a server, an SDK or a database to load.',
    from: { path: '^src/cli/' },
    to: {
      path: '^src/(lambda|server|sandbox)/',
      dynamic: false,
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'parts are entered through their index',
    comment: 'What the index does not export may change without a look elsewhere.',
    // The configuration must not load sharp with the index; what it may import is said above.
    from: { path: '^src/([^/]+)', pathNot: '^src/config(-variables)?\\.ts$' },
    to: {
      path: '^src/(convert|gray-png|pipeline|latency|stats|backfill|verify|doctor)/',
      pathNot: ['/index\\.ts$', '^src/$1/'],
    },
  },
  {
    name: 'src stands alone',
    comment: 'The published package has no tests and no scripts.',
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
    to: { path: '^src/', pathNot: '^src/(config(-variables)?|allocator)\\.ts$' },
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
    // The adapter in memory is for tests: it shows what every other adapter must do.
    to: {
      path: '^src/',
      pathNot: [...entryPoints, '^src/adapters/memory\\.ts$', '\\.d\\.ts$'],
      reachable: false,
    },
  },
];

const packages = [
  onlyIn(
    'sharp',
    ['convert', 'compose.ts', 'adapters/converter-process.ts', 'sandbox'],
    'Pictures are the engine’s business.',
  ),
  onlyIn(
    '(@aws-sdk/[^/]+|pg)',
    ['adapters', 'compose.ts', 'sandbox', 'lambda'],
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
      path: '^src/(convert|gray-png|latency)/',
      pathNot: '^src/convert/decoders/wasm-module\\.ts$',
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
  forbidden: [...partRules, ...[...structure, ...packages].map(asError)],
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
