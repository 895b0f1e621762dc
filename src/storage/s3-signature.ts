import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

export interface SignedRequest {
  method: string;
  /** Already encoded, without a query. */
  path: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** In hex. */
  bodySha256: string;
}

export interface SigningTerms {
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined };
  region: string;
  at: Date;
}

const algorithm = 'AWS4-HMAC-SHA256';

/**
 * Adds the headers of a Signature Version 4 for S3
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). All headers are
 * signed, and the body by its checksum, so the store rejects a request that was changed in transit.
 */
export function signRequest(
  { method, path, headers, bodySha256 }: SignedRequest,
  { credentials, region, at }: SigningTerms,
): Record<string, string> {
  const time = at.toISOString().replace(/[:-]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const signed: Record<string, string> = {
    ...headers,
    'x-amz-content-sha256': bodySha256,
    'x-amz-date': time,
    ...(credentials.sessionToken && { 'x-amz-security-token': credentials.sessionToken }),
  };
  const names = Object.keys(signed).sort();
  const lines = names.map((name) => `${name}:${signed[name]?.trim().replace(/\s+/g, ' ')}\n`);
  const signedNames = names.join(';');
  const canonical = `${method}\n${path}\n\n${lines.join('')}\n${signedNames}\n${bodySha256}`;
  const text = `${algorithm}\n${time}\n${scope}\n${hash('sha256', canonical)}`;
  const signature = createHmac('sha256', signingKey(credentials.secretAccessKey, scope))
    .update(text)
    .digest('hex');
  const credential = `${credentials.accessKeyId}/${scope}`;
  return {
    ...signed,
    authorization: `${algorithm} Credential=${credential}, SignedHeaders=${signedNames}, Signature=${signature}`,
  };
}

/** The last key: it changes once a day, or when credentials are renewed. */
let lastKey: { secret: string; scope: string; key: KeyObject } | undefined;

function signingKey(secret: string, scope: string): KeyObject {
  if (lastKey?.secret !== secret || lastKey.scope !== scope) {
    const key = scope
      .split('/')
      .reduce(
        (key, part) => createHmac('sha256', key).update(part).digest(),
        Buffer.from(`AWS4${secret}`),
      );
    // Node checks a key given as bytes anew for each signature, which takes longer than the rest.
    lastKey = { secret, scope, key: createSecretKey(key) };
  }
  return lastKey.key;
}
