import { availableParallelism } from 'node:os';
import { type Recipe, recipeOptions } from '../convert/recipe/recipe-options.ts';
import { databaseUrl, decimal, integer, oneOf, prefix, text, token, url } from './parse-values.ts';

/** One environment variable: its name, how its text is read, what it means. */
interface Variable<Value, Default> {
  name: string;
  parse: (text: string) => Value;
  /** What holds when the variable is not set or blank. */
  default: Default;
  description: string;
  /** A secret's value is never repeated in a message. */
  secret?: boolean;
}

/** How a connection to PostgreSQL is encrypted, in libpq's words. */
export const sslModes = ['disable', 'prefer', 'require', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

/** Every variable that the program reads, by the property of the configuration that it sets. */
export const variables = {
  bucket: optional(
    'S3_BUCKET',
    text,
    'Only events of this bucket are accepted; others are refused. The server and `retry` reach no other bucket’s files.',
  ),
  outputBucket: optional(
    'OUTPUT_BUCKET',
    text,
    'Bucket of the outputs, where it is not the source’s own.',
  ),
  outputPrefix: variable(
    'OUTPUT_PREFIX',
    prefix,
    'grayscale/',
    'Put before a source’s key to name its output.',
  ),
  eventKeyEncoding: variable(
    'EVENT_KEY_ENCODING',
    oneOf('auto', 'form', 'raw'),
    'auto',
    'How events encode keys: as their dialect does (`auto`), form-encoded, or not at all (`raw`).',
  ),
  onSourceDeleted: variable(
    'ON_SOURCE_DELETED',
    oneOf('keep', 'delete'),
    'keep',
    'What becomes of an output and its rows when the source is removed: they stay (`keep`) or go with it (`delete`).',
  ),

  ...recipeVariables(),
  maxBytes: variable('MAX_BYTES', integer(1), 100 * 2 ** 20, 'Largest source, in bytes.'),
  maxPixels: variable('MAX_PIXELS', integer(1), 100_000_000, 'Largest source, in pixels.'),
  maxPages: variable('MAX_PAGES', integer(1), 1_000, 'Most pages or frames in a source.'),
  maxConversionMs: variable(
    'MAX_CONVERSION_MS',
    integer(1),
    120_000,
    'Longest conversion of one source, in milliseconds.',
  ),
  maxOutputBytes: variable(
    'MAX_OUTPUT_BYTES',
    integer(1),
    512 * 2 ** 20,
    'Largest output, in bytes.',
  ),
  memoryBudgetMb: optional(
    'MEMORY_BUDGET_MB',
    integer(16),
    'Memory that images under way may take together, a quarter of it for their files; by default half of the function’s memory, or 1,024 elsewhere.',
  ),
  concurrency: variable(
    'CONCURRENCY',
    integer(1, 1_000),
    2 * availableParallelism(),
    'Most images under way at once; by default two for each core.',
  ),

  databaseUrl: {
    ...optional(
      'DATABASE_URL',
      databaseUrl,
      'PostgreSQL as one URL, in place of the DB_ variables.',
    ),
    secret: true,
  },
  databaseHost: optional('DB_HOST', text, 'PostgreSQL host, or the folder of its Unix socket.'),
  databasePort: variable('DB_PORT', integer(1, 65_535), 5432, 'PostgreSQL port.'),
  databaseName: variable('DB_NAME', text, 'image_db', 'PostgreSQL database.'),
  databaseUser: optional('DB_USER', text, 'PostgreSQL user.'),
  databasePassword: { ...optional('DB_PASSWORD', text, 'PostgreSQL password.'), secret: true },
  databaseAuth: variable(
    'DB_AUTH',
    oneOf('password', 'iam'),
    'password',
    'How to log in: with `DB_PASSWORD`, or as an IAM role of AWS (`iam`), which needs no secret.',
  ),
  databaseSsl: optional(
    'DB_SSL',
    oneOf(...sslModes),
    'TLS to PostgreSQL, named as libpq’s sslmode; by default `prefer`, with `DB_AUTH=iam` always `verify-full`. Only `verify-full` checks the certificate.',
  ),
  databaseSslRootCert: optional(
    'DB_SSL_ROOT_CERT',
    text,
    'PEM file of the authorities that may issue PostgreSQL’s certificate, with `verify-full`; by default those of Node and `NODE_EXTRA_CA_CERTS`, and for its hosts those of Amazon RDS.',
  ),
  applicationRole: optional(
    'DB_APPLICATION_ROLE',
    text,
    'PostgreSQL role that `migrate` prepares: it may read and write the one table and nothing else.',
  ),

  logLevel: variable(
    'LOG_LEVEL',
    oneOf('DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT'),
    'INFO',
    'Least severe log lines that are written.',
  ),
  metricsNamespace: variable(
    'METRICS_NAMESPACE',
    text,
    'GrayscaleImageProcessor',
    'CloudWatch namespace of the metrics.',
  ),

  region: optional(
    'AWS_REGION',
    text,
    'Read by the AWS SDK; `us-east-1` where an endpoint is set without it.',
  ),
  endpoint: optional(
    'AWS_ENDPOINT_URL',
    url,
    'Read by the AWS SDK: the store and queue, where they are not AWS’s.',
  ),
  s3Endpoint: optional('AWS_ENDPOINT_URL_S3', url, 'Read by the AWS SDK: the store alone.'),
  lambdaMemoryMb: optional(
    'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
    integer(1),
    'Set by AWS Lambda; the memory budget follows it.',
  ),

  billedMemoryMb: variable(
    'LAMBDA_MEMORY_MB',
    integer(128, 10_240),
    1_769,
    'Memory of the function, for what `stats` says it costs. 1,769 is one CPU.',
  ),
  usdPerGbSecond: variable(
    'LAMBDA_GB_SECOND_USD',
    decimal,
    0.0000133334,
    'Price of a GB-second in US dollars: arm64 in us-east-1; x86_64 is 0.0000166667.',
  ),
  usdPerMillionRequests: variable(
    'LAMBDA_MILLION_REQUESTS_USD',
    decimal,
    0.2,
    'Price of a million requests in US dollars.',
  ),
  pricesAsOf: variable(
    'LAMBDA_PRICES_AS_OF',
    text,
    'us-east-1 list prices of 2026',
    'What the prices are, and of when; shown beside the cost.',
  ),

  usdPerThousandReads: variable(
    'S3_THOUSAND_READS_USD',
    decimal,
    0.0004,
    'Price of a thousand GET and HEAD requests of S3 in US dollars.',
  ),
  usdPerThousandWrites: variable(
    'S3_THOUSAND_WRITES_USD',
    decimal,
    0.005,
    'Price of a thousand PUT and LIST requests of S3 in US dollars.',
  ),
  usdPerMillionMessages: variable(
    'SQS_MILLION_REQUESTS_USD',
    decimal,
    0.4,
    'Price of a million requests of SQS in US dollars.',
  ),
  maxFunctions: variable(
    'LAMBDA_MAX_CONCURRENCY',
    integer(1, 1_000),
    20,
    'Functions at once, for what `backfill` says how long it takes: `maxConcurrency` of the stack.',
  ),
  queueUrl: optional(
    'QUEUE_URL',
    url,
    'SQS queue that `backfill` and `verify --repair` fill; without it, they convert by themselves.',
  ),

  host: variable('HOST', text, '127.0.0.1', 'Address that `serve` listens on.'),
  port: variable('PORT', integer(0, 65_535), 8080, 'Port that `serve` listens on; 0 picks one.'),
  apiToken: {
    ...optional(
      'API_TOKEN',
      token,
      'Demanded by the API as Bearer token or Basic password; needed on any address but loopback.',
    ),
    secret: true,
  },
  eventsToken: {
    ...optional(
      'EVENTS_TOKEN',
      token,
      'Demanded by `/v1/events` instead of `API_TOKEN`: what the store’s webhook sends.',
    ),
    secret: true,
  },
  requestTimeoutSeconds: variable(
    'REQUEST_TIMEOUT_SECONDS',
    integer(1, 3_600),
    60,
    'How long the API works on one request, its body included.',
  ),
  conversionNiceness: variable(
    'CONVERSION_NICENESS',
    integer(0, 19),
    5,
    'How far the server’s conversions stand back behind other work of the machine: 0 is not at all.',
  ),
  pollIntervalSeconds: variable(
    'POLL_INTERVAL_SECONDS',
    integer(1, 86_400),
    30,
    'How long `serve --poll` waits between two listings.',
  ),

  sandboxApiPort: variable(
    'SANDBOX_API_PORT',
    integer(0, 65_535),
    8080,
    'Port of the sandbox’s API and dashboard.',
  ),
  sandboxStorePort: variable(
    'SANDBOX_S3_PORT',
    integer(0, 65_535),
    4566,
    'Port of the sandbox’s S3 and SQS.',
  ),
  sandboxDatabasePort: variable(
    'SANDBOX_DB_PORT',
    integer(0, 65_535),
    54_320,
    'Port of the sandbox’s PostgreSQL.',
  ),
  sandboxWorkers: variable(
    'SANDBOX_WORKERS',
    integer(1, 64),
    2,
    'Function processes that the sandbox runs.',
  ),
} satisfies Record<string, Variable<unknown, unknown>>;

function variable<Value>(
  name: string,
  parse: (text: string) => Value,
  defaultValue: NoInfer<Value>,
  description: string,
): Variable<Value, Value> {
  return { name, parse, default: defaultValue, description };
}

function optional<Value>(
  name: string,
  parse: (text: string) => Value,
  description: string,
): Variable<Value, undefined> {
  return { name, parse, default: undefined, description };
}

type RecipeVariables = { [Name in keyof Recipe]: Variable<Recipe[Name], Recipe[Name]> };

/** Each option of a recipe, `compressionLevel` as `GRAY_COMPRESSION_LEVEL`. */
function recipeVariables(): RecipeVariables {
  const entries = Object.entries(recipeOptions).map(([option, facts]) => {
    const name = `GRAY_${option.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
    const parse = (text: string) => {
      const value = facts.read(facts.fromText(text));
      if (value === undefined) throw new Error(facts.expected);
      return value;
    };
    const allowed = facts.expected[0]?.toUpperCase() + facts.expected.slice(1);
    return [
      option,
      variable<unknown>(name, parse, facts.default, `${facts.description} ${allowed}.`),
    ];
  });
  return Object.fromEntries(entries) as RecipeVariables;
}
