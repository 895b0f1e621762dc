import { recipeOf } from '../compose.ts';
import { type GrayImage, outputFormats, type Recipe } from '../convert/index.ts';
import { needsTooMuchMemory } from '../pipeline/index.ts';
import { RequestError } from './problems.ts';
import { announcedBytes, readBody } from './read-body.ts';
import type { Api, Service } from './service.ts';
import { convert } from './work-routes.ts';
import { unlessAborted, workSignal } from './work-signal.ts';

/** `POST /v1/convert` */
export function addConvert(app: Api, service: Service): void {
  const { parts, gate, metrics } = service;
  const { config } = parts;

  app.openapi(convert, async (c) => {
    const given = c.req.valid('query');
    const format = given.format ?? acceptedFormat(c.req.header('accept'), config.format);
    const recipe = recipeOf(config, { ...given, format });
    const signal = workSignal(c.req.raw, config.requestTimeoutSeconds * 1e3);
    const { gray, bodyMs, queueMs } = await gate.pass(() =>
      unlessAborted(signal, convertBody(c.req.raw, { recipe, signal })),
    );
    metrics.conversion(gray.stages);
    c.header('server-timing', serverTiming({ body: bodyMs, queue: queueMs, ...stagesOf(gray) }));
    c.header('vary', 'accept');
    for (const [name, value] of Object.entries(factsOf(gray))) c.header(name, value);
    return c.body(viewOf(gray.bytes), 200, { 'content-type': gray.contentType });
  });

  async function convertBody(request: Request, { recipe, signal }: ConvertOptions) {
    const { limits, transfers, memory, converter } = parts.pipeline;
    const sizeBytes = Math.min(announcedBytes(request) ?? limits.maxBytes, limits.maxBytes);
    const askedAt = performance.now();
    return await transfers.use(sizeBytes, async () => {
      const startedAt = performance.now();
      const bytes = await readBody(request, { maxBytes: limits.maxBytes, signal });
      const readAt = performance.now();
      const conversion = await converter.open(bytes, { recipe, limits, signal });
      try {
        const { memoryBytes } = conversion;
        if (memoryBytes > memory.capacity) {
          throw needsTooMuchMemory(memoryBytes, memory.capacity);
        }
        return await memory.use(memoryBytes, async () => {
          const queueMs = startedAt - askedAt + (performance.now() - readAt);
          return { gray: await conversion.convert(), bodyMs: readAt - startedAt, queueMs };
        });
      } finally {
        conversion.close();
      }
    });
  }
}

/** The bytes themselves: a copy of a large picture would hold up everyone. */
function viewOf({ buffer, byteOffset, byteLength }: Uint8Array) {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

interface ConvertOptions {
  recipe: Recipe;
  signal: AbortSignal;
}

/** The first type that the client would rather have and that can be written. */
export function acceptedFormat(
  accept: string | undefined,
  configured: Recipe['format'],
): Recipe['format'] {
  if (!accept?.trim()) return configured;
  const wishes = accept
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
      const q = parameters.find((word) => word.startsWith('q='))?.slice(2);
      return { type, quality: q === undefined ? 1 : Number(q) || 0 };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { type } of wishes) {
    if (type === '*/*' || type === 'image/*') return configured;
    const found = formatNames.find((name) => outputFormats[name].contentType === type);
    if (found) return found;
  }
  const written = formatNames.map((name) => outputFormats[name].contentType).join(', ');
  throw new RequestError(
    'NOT_ACCEPTABLE',
    `Expected Accept to name one of ${written}, or */*, but received ${accept.slice(0, 200)}.`,
  );
}

const formatNames = Object.keys(outputFormats) as (keyof typeof outputFormats)[];

function stagesOf({ stages }: GrayImage): Record<string, number> {
  return { decode: stages.decodeMs, gray: stages.grayMs, encode: stages.encodeMs };
}

function serverTiming(stagesMs: Record<string, number>): string {
  return Object.entries(stagesMs)
    .map(([stage, ms]) => `${stage};dur=${ms.toFixed(1)}`)
    .join(', ');
}

function factsOf({ width, height, channels, depth, losses, source, format }: GrayImage) {
  return {
    'x-image-width': String(width),
    'x-image-height': String(height),
    'x-image-channels': String(channels),
    'x-image-depth': String(depth),
    'x-image-format': format,
    'x-source-format': source.format,
    ...(losses.length > 0 && { 'x-image-losses': losses.join(', ') }),
  };
}
