import type { Route } from './s3-routes.ts';

export interface PlainTerms {
  region: string;
  /** Of a store outside AWS. */
  endpoint?: string | undefined;
  userAgent: string;
}

/**
 * Where the objects of a bucket are, for the usual names of buckets and regions. The SDK knows all
 * others: buckets with capitals, dots or a reserved suffix, ARNs, and regions in other partitions.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function plainRoute(bucket: string, { region, ...terms }: PlainTerms): Route | undefined {
  const { userAgent, endpoint } = terms;
  if (!usualBucket.test(bucket) || /--|-s3alias$/.test(bucket)) return undefined;
  if (endpoint === undefined) {
    if (!usualRegion.test(region)) return undefined;
    const host = `${bucket}.s3.${region}.amazonaws.com`;
    return {
      protocol: 'https:',
      hostname: host,
      port: undefined,
      host,
      userAgent,
      prefix: '/',
      region,
    };
  }
  const { protocol, hostname, host, port, pathname, search } = new URL(endpoint);
  if (search !== '') return undefined;
  const prefix = `${pathname.replace(/\/$/, '')}/${bucket}/`;
  return { protocol, hostname, port: Number(port) || undefined, host, userAgent, prefix, region };
}

const usualBucket = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
/** Of the partition `aws`, as the SDK defines it, without its alias `aws-global`. */
const usualRegion = /^(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$/;
