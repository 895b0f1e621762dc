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
  /** Of AWS, for example `s3`. */
  service: string;
  at: Date;
}

const algorithm = 'AWS4-HMAC-SHA256';

/**
 * Adds the headers of a Signature Version 4
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). All headers are
 * signed, and the body by its checksum, so the store rejects a request that was changed in transit.
 */
export function signRequest(
  { method, path, headers, bodySha256 }: SignedRequest,
  terms: SigningTerms,
): Record<string, string> {
  const { accessKeyId, sessionToken } = terms.credentials;
  const { time, scope } = scopeOf(terms);
  const signed: Record<string, string> = {
    ...headers,
    'x-amz-content-sha256': bodySha256,
    'x-amz-date': time,
    ...(sessionToken && { 'x-amz-security-token': sessionToken }),
  };
  const names = Object.keys(signed).sort();
  const lines = names.map((name) => `${name}:${signed[name]?.trim().replace(/\s+/g, ' ')}\n`);
  const signedNames = names.join(';');
  const canonical = `${method}\n${path}\n\n${lines.join('')}\n${signedNames}\n${bodySha256}`;
  const signature = signCanonical(canonical, terms);
  return {
    ...signed,
    authorization: `${algorithm} Credential=${accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`,
  };
}

/** A GET request without a body that its address alone permits. */
export interface PresignedRequest {
  /** With the port, unless it is the default one. */
  host: string;
  query: Record<string, string>;
  /** How long the address is valid. */
  seconds: number;
}

/**
 * Returns the query of a signed address
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).
 */
export function presignQuery(
  { host, query, seconds }: PresignedRequest,
  terms: SigningTerms,
): string {
  const { accessKeyId, sessionToken } = terms.credentials;
  const { time, scope } = scopeOf(terms);
  const signed: Record<string, string> = {
    ...query,
    'X-Amz-Algorithm': algorithm,
    'X-Amz-Credential': `${accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(seconds),
    ...(sessionToken && { 'X-Amz-Security-Token': sessionToken }),
    'X-Amz-SignedHeaders': 'host',
  };
  const text = Object.keys(signed)
    .sort()
    .map((name) => `${encodeText(name)}=${encodeText(signed[name] ?? '')}`)
    .join('&');
  const canonical = `GET\n/\n${text}\nhost:${host}\n\nhost\n${hash('sha256', '')}`;
  return `${text}&X-Amz-Signature=${signCanonical(canonical, terms)}`;
}

/** Encodes all bytes but the unreserved characters of RFC 3986. */
export function encodeText(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function scopeOf({ at, region, service }: SigningTerms): { time: string; scope: string } {
  const time = at.toISOString().replace(/[:-]|\.\d+/g, '');
  return { time, scope: `${time.slice(0, 8)}/${region}/${service}/aws4_request` };
}

function signCanonical(canonical: string, terms: SigningTerms): string {
  const { time, scope } = scopeOf(terms);
  const text = `${algorithm}\n${time}\n${scope}\n${hash('sha256', canonical)}`;
  const key = signingKey(terms.credentials.secretAccessKey, scope);
  return createHmac('sha256', key).update(text).digest('hex');
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
