import type { S3Client } from '@aws-sdk/client-s3';
import { encodeText } from '../aws/signature.ts';

/** How to reach the objects of a bucket, as the SDK did before. */
export interface Route {
  protocol: string;
  hostname: string;
  port: number | undefined;
  host: string;
  userAgent: string;
  /** Precedes the encoded key in a path. */
  prefix: string;
  /** The region that requests are signed for. */
  region: string;
}

/** A request of the SDK, just before it is sent. */
interface SentRequest extends Pick<Route, 'protocol' | 'hostname' | 'port'> {
  path: string;
  headers: Record<string, string | undefined>;
}

/**
 * Remembers where the SDK successfully sent the first request for each bucket. The SDK alone knows
 * all rules of endpoints. Buckets that need more than a plain signature, such as directory buckets,
 * get no route.
 */
export function learnRoutes(client: S3Client): Map<string, Route> {
  const routes = new Map<string, Route>();
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { Bucket = '', Key = '' } = args.input as { Bucket?: string; Key?: string };
      const { statusCode = 0 } = result.response as { statusCode?: number };
      const isLearned = statusCode !== 200 || routes.has(Bucket);
      const route = isLearned ? undefined : readRoute(args.request as SentRequest, Key);
      if (route) routes.set(Bucket, route);
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  return routes;
}

const plainSignature = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^/]+)\/s3\/aws4_request,/;

function readRoute(request: SentRequest, key: string): Route | undefined {
  const { protocol, hostname, port, path, headers } = request;
  const { host, authorization = '', 'user-agent': userAgent = '' } = headers;
  const encodedKey = encodeKey(key);
  const [, region] = plainSignature.exec(authorization) ?? [];
  if (!host || !region || key === '' || !path.endsWith(`/${encodedKey}`)) return undefined;
  const prefix = path.slice(0, -encodedKey.length);
  return { protocol, hostname, port, host, userAgent, prefix, region };
}

/** Encodes all bytes but the unreserved characters of RFC 3986, and slashes. */
export function encodeKey(key: string): string {
  return encodeText(key).replaceAll('%2F', '/');
}
