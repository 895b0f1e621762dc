import { presignQuery, type SigningTerms } from '../aws/signature.ts';

export interface IamLogin {
  hostname: string;
  port: number;
  username: string;
  region: string;
}

/**
 * Signs logins of an IAM role to Amazon RDS, in this process and without a request. A token is
 * valid for 15 minutes and only for login, so each connection gets a new one. Without credentials,
 * the SDK finds them.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
 */
export function createTokenSigner(
  login: IamLogin,
  credentials?: SigningTerms['credentials'],
): () => Promise<string> {
  if (credentials) return async () => signToken(login, { credentials, at: new Date() });
  return async () => {
    const { Signer } = await import('./rds-signer.ts');
    return await new Signer(login).getAuthToken();
  };
}

function signToken(
  { hostname, port, username, region }: IamLogin,
  terms: Pick<SigningTerms, 'credentials' | 'at'>,
): string {
  const host = `${hostname}:${port}`;
  const query = { Action: 'connect', DBUser: username };
  const signed = { host, query, seconds: 15 * 60 };
  return `${host}/?${presignQuery(signed, { ...terms, region, service: 'rds-db' })}`;
}
