import {
  describeRecipe,
  inputFormats,
  methods,
  outputFormats,
  recipeHash,
} from '../convert/index.ts';
import { version } from '../version.ts';
import type { Api, Service } from './service.ts';
import { about, health, metrics as metricsRoute, readiness } from './system-routes.ts';
import { unlessAborted } from './work-signal.ts';

/** Long enough for a database that wakes up, short enough for a probe. */
const checkTimeoutMs = 3_000;

/** What the server says of itself: `/healthz`, `/readyz`, `/metrics` and `/v1`. */
export function addHealth(app: Api, service: Service): void {
  const { parts, metrics, stopping, log } = service;

  app.openapi(health, (c) => c.json({ status: 'ok' as const, version }, 200));

  app.openapi(readiness, async (c) => {
    const [database, migrations, store] = await Promise.all([
      check('The database does not answer.', parts.reader.newest()),
      check('Migrations are missing: run `grayscale migrate`.', refusePending(parts)),
      check('The bucket cannot be reached.', parts.files.reach(parts.bucket)),
    ]);
    const checks = { database, migrations, store };
    const ready = !stopping.aborted && Object.values(checks).every(({ ok }) => ok);
    return ready ? c.json({ ready, checks }, 200) : c.json({ ready, checks }, 503);
  });

  /** Addresses and names are for the log: anyone may ask. */
  async function check(problem: string, work: Promise<unknown>) {
    try {
      await unlessAborted(AbortSignal.timeout(checkTimeoutMs), work);
      return { ok: true, problem: null };
    } catch (error) {
      log('error', problem, { reason: (error as Error).message || (error as Error).name });
      return { ok: false, problem };
    }
  }

  app.openapi(metricsRoute, async (c) =>
    c.body(await metrics.text(), 200, { 'content-type': metrics.contentType }),
  );

  app.openapi(about, (c) => c.json(aboutOf(service), 200));
}

async function refusePending({ pendingMigrations }: Service['parts']): Promise<void> {
  const pending = await pendingMigrations();
  if (pending.length > 0) throw new Error(`The database lacks ${pending.join(', ')}.`);
}

function aboutOf({ parts }: Service) {
  const { bucket, pipeline } = parts;
  const { recipe, outputPrefix } = pipeline;
  const { maxBytes, maxPixels, maxPages } = pipeline.limits;
  return {
    version,
    bucket,
    outputPrefix,
    recipe: {
      hash: recipeHash(recipe),
      text: describeRecipe(recipe),
      method: recipe.method,
      format: recipe.format,
    },
    limits: { maxBytes, maxPixels, maxPages },
    methods: Object.keys(methods),
    formats: Object.keys(outputFormats),
    inputs: Object.values(inputFormats).map(({ name, contentType, extensions }) => ({
      name,
      contentType,
      extensions: [...extensions],
    })),
  };
}
