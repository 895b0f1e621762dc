import { createHash, createHmac } from 'node:crypto';

interface ExpectedLogin {
  /** Includes the port: both are signed. */
  host: string;
  user: string;
  secretAccessKey: string;
}

/**
 * Whether IAM would accept this token for a database login. Recomputes the signature from the
 * description of its algorithm, without the SDK.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isConnectToken(token: string, { host, user, secretAccessKey }: ExpectedLogin) {
  const url = URL.parse(`https://${token}`);
  const query = url?.searchParams;
  if (url?.host !== host || query?.get('Action') !== 'connect') return false;
  if (query.get('DBUser') !== user) return false;

  const signature = query.get('X-Amz-Signature');
  query.delete('X-Amz-Signature');
  const canonicalQuery = [...query]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .toSorted()
    .join('&');
  const request = ['GET', '/', canonicalQuery, `host:${host}`, '', 'host', sha256('')].join('\n');

  const [, ...scope] = (query.get('X-Amz-Credential') ?? '').split('/');
  const toSign = ['AWS4-HMAC-SHA256', query.get('X-Amz-Date'), scope.join('/'), sha256(request)];
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  return signature === hmac(key, toSign.join('\n')).toString('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
