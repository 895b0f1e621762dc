import { Signer, type SignerConfig } from '@aws-sdk/rds-signer';

/**
 * Signs logins of an IAM role to Amazon RDS: in this process, without a request. A token is good for
 * 15 minutes, and only to log in with, so that each connection gets a fresh one.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
 */
export function createTokenSigner(login: SignerConfig): () => Promise<string> {
  const signer = new Signer(login);
  return () => signer.getAuthToken();
}
