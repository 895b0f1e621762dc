import { Signer, type SignerConfig } from '@aws-sdk/rds-signer';

/**
 * Signs logins of an IAM role to Amazon RDS, in this process and without a request. A token is
 * valid for 15 minutes and only for login, so each connection gets a new one.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
 */
export function createTokenSigner(login: SignerConfig): () => Promise<string> {
  const signer = new Signer(login);
  return () => signer.getAuthToken();
}
