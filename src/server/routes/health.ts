import { checkReadiness } from '../../app/check-readiness.ts';
import {
  describeRecipe,
  inputFormats,
  methods,
  outputFormats,
  recipeHash,
} from '../../convert/index.ts';
import { version } from '../../version.ts';
import {
  about,
  health,
  metrics as metricsRoute,
  queue as queueRoute,
  readiness,
} from '../api/system-routes.ts';
import type { Api, Service } from '../service.ts';

/** The server's own state: `/healthz`, `/readyz`, `/metrics`, `/v1` and `/v1/queue`. */
export function addSystemRoutes(app: Api, service: Service): void {
  const { parts, metrics, stopping, log } = service;

  app.openapi(health, (c) => c.json({ status: 'ok' as const, version }, 200));

  app.openapi(readiness, async (c) => {
    const checks = await checkReadiness(parts, log);
    const ready = !stopping.aborted && Object.values(checks).every(({ ok }) => ok);
    return ready ? c.json({ ready, checks }, 200) : c.json({ ready, checks }, 503);
  });

  app.openapi(metricsRoute, async (c) =>
    c.body(await metrics.text(), 200, { 'content-type': metrics.contentType }),
  );

  app.openapi(queueRoute, async (c) => {
    const queue = (await parts.queue?.readCounts()) ?? null;
    return c.json({ queue }, 200);
  });

  app.openapi(about, (c) => c.json(describeServer(service), 200));
}

function describeServer({ parts }: Service) {
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
    outputs: Object.entries(outputFormats).map(
      ([format, { name, hasQuality, hasLossless, ...facts }]) => ({
        ...{ format, name, hasQuality, hasLossless },
        depths: [
          ...(facts.hasFewGrays ? ['1', '2', '4'] : []),
          ...(facts.maxDepth === 16 ? ['8', '16', 'source'] : ['8']),
        ],
      }),
    ),
    inputs: Object.entries(inputFormats)
      .filter(([format]) => format !== 'svg' || recipe.allowSvg)
      .map(([, { name, contentType, extensions }]) => ({
        name,
        contentType,
        extensions: [...extensions],
      })),
  };
}
