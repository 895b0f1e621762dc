import { parseAccept } from 'hono/utils/accept';
import { recipeOf } from '../../config/index.ts';
import { type GrayImage, outputFormats, type Recipe } from '../../convert/index.ts';
import { convertWithinBudget, type Share } from '../../pipeline/index.ts';
import { unlessAborted } from '../../process/unless-aborted.ts';
import { convert } from '../api/work-routes.ts';
import { RequestError } from '../problems/problems.ts';
import type { Api, Service } from '../service.ts';
import { expectFile } from '../transfer/media-type.ts';
import { memoryExhaustedError, readBody } from '../transfer/read-body.ts';
import { requestSignal } from '../transfer/request-signal.ts';
import { sendBytes } from '../transfer/send-bytes.ts';

/** `POST /v1/convert` */
export function addConvertRoute(app: Api, service: Service): void {
  const { parts, limiter, metrics } = service;
  const { config } = parts;
  const timeoutMs = config.server.requestTimeoutSeconds * 1e3;

  app.openapi(convert, async (c) => {
    expectFile(c.req.raw);
    const query = c.req.valid('query');
    const format = query.format ?? acceptedFormat(c.req.header('accept'), config.recipe.format);
    const recipe = recipeOf(config, { ...query, format });
    const signal = requestSignal(c.req.raw, timeoutMs);
    limiter.throwIfFull();
    const { gray, share, sourceBytes, bodyMs, queueMs } = await unlessAborted(
      signal,
      convertBody(c.req.raw, { recipe, signal, service }),
    );
    const stages = stageTimes(gray);
    metrics.observeConversion({ stages, sourceBytes, outputBytes: gray.bytes.byteLength });
    c.header('server-timing', formatServerTiming({ body: bodyMs, queue: queueMs, ...stages }));
    c.header('vary', 'accept');
    for (const [name, value] of Object.entries(imageHeaders(gray))) c.header(name, value);
    c.header('content-type', gray.contentType);
    return sendBytes(c, gray.bytes, { share, timeoutMs });
  });
}

interface ConvertOptions {
  recipe: Recipe;
  signal: AbortSignal;
  service: Service;
}

/** The memory share of the result belongs to the response until that is sent. */
async function convertBody(request: Request, options: ConvertOptions) {
  const { signal, service } = options;
  const { transfers, limits } = service.parts.pipeline;
  const share = transfers.openShare();
  try {
    const startedAt = performance.now();
    // Read before a slot is taken, so that idle clients do not block other conversions.
    const bytes = await readBody(request, {
      maxBytes: limits.maxBytes,
      share,
      signal,
      minSpeed: service.minSpeed,
    });
    const readAt = performance.now();
    const gray = await service.limiter.run(() => convertBytes(bytes, { share, ...options }));
    // Everything but work on the image: waiting for a process and for memory.
    const queueMs = performance.now() - readAt - workMs(gray);
    signal.throwIfAborted();
    return { gray, share, sourceBytes: bytes.byteLength, bodyMs: readAt - startedAt, queueMs };
  } catch (error) {
    share.release();
    throw error;
  }
}

async function convertBytes(
  bytes: Uint8Array,
  { recipe, signal, service, share }: ConvertOptions & { share: Share },
) {
  const { converter, limits, memory } = service.parts.pipeline;
  const image = await converter.open(bytes, { recipe, limits, signal });
  return await convertWithinBudget(image, {
    memory,
    ifTooLarge: 'refuse',
    use(gray) {
      if (!share.resize(gray.bytes.byteLength)) throw memoryExhaustedError();
      return gray;
    },
  });
}

/** The client's most preferred type that the server can write. */
export function acceptedFormat(
  accept: string | undefined,
  configured: Recipe['format'],
): Recipe['format'] {
  if (!accept?.trim()) return configured;
  for (const { type, q } of parseAccept(accept.toLowerCase())) {
    if (q === 0) continue;
    if (type === '*/*' || type === 'image/*') return configured;
    const found = formatNames.find((name) => outputFormats[name].contentType === type);
    if (found) return found;
  }
  const supported = formatNames.map((name) => outputFormats[name].contentType).join(', ');
  throw new RequestError(
    'NOT_ACCEPTABLE',
    `Expected Accept to name one of ${supported}, or */*, but received ${accept.slice(0, 200)}.`,
  );
}

const formatNames = Object.keys(outputFormats) as (keyof typeof outputFormats)[];

function stageTimes({ stages }: GrayImage) {
  return { decode: stages.decodeMs, gray: stages.grayMs, encode: stages.encodeMs };
}

function workMs({ stages }: GrayImage): number {
  return stages.decodeMs + stages.grayMs + stages.encodeMs;
}

function formatServerTiming(stagesMs: Record<string, number>): string {
  return Object.entries(stagesMs)
    .map(([stage, ms]) => `${stage};dur=${ms.toFixed(1)}`)
    .join(', ');
}

function imageHeaders({
  width,
  height,
  channels,
  depth,
  losses,
  missingShare,
  colourfulness,
  source,
  format,
}: GrayImage) {
  return {
    'x-image-width': String(width),
    'x-image-height': String(height),
    'x-image-channels': String(channels),
    'x-image-depth': String(depth),
    'x-image-format': format,
    'x-source-format': source.format,
    ...(losses.length > 0 && { 'x-image-losses': losses.join(', ') }),
    ...(colourfulness && {
      'x-image-colourfulness': `max=${colourfulness.max}, p99=${colourfulness.p99}`,
      'x-image-neutral': String(colourfulness.isNeutral),
    }),
    ...(missingShare !== undefined && { 'x-image-missing-share': missingShare.toFixed(4) }),
  };
}
