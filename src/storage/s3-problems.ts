import { Rejected, type ServiceErrorOptions, Unavailable } from '../pipeline/index.ts';
import { AccessDeniedError, NoSuchBucketError } from './object-files.ts';

export const noSuchBucketAdvice =
  'The bucket does not exist: create it, or set S3_BUCKET and OUTPUT_BUCKET, or the s3:// argument of a command, to existing buckets.';
export const accessDeniedAdvice =
  'The store denies access: check S3_BUCKET and OUTPUT_BUCKET, and that the credentials may list, read and write there, tags included if OUTPUT_CARRY has them.';
export const storeUnreachableAdvice =
  'The store does not answer: check AWS_ENDPOINT_URL, AWS_REGION and the network.';

export const storeFullAdvice = 'The store has no space left: free some space, or enlarge its disk.';

type ServiceErrorClass = new (
  message: string,
  options?: ServiceErrorOptions,
) => Unavailable | Rejected;

interface StoreProblem {
  /** Names of the SDK's errors. */
  names: string[];
  kind: ServiceErrorClass;
  advice: string;
}

/**
 * Problems of a deployment rather than of one request.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const storeProblems: StoreProblem[] = [
  { names: ['NoSuchBucket'], kind: NoSuchBucketError, advice: noSuchBucketAdvice },
  {
    names: ['AccessDenied', 'AllAccessDisabled'],
    kind: AccessDeniedError,
    advice: accessDeniedAdvice,
  },
  {
    names: [
      ...['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken'],
      ...['InvalidSecurity', 'NotSignedUp'],
    ],
    kind: Rejected,
    advice:
      'The store rejects the credentials: check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the profile or role.',
  },
  {
    names: ['CredentialsProviderError'],
    kind: Unavailable,
    advice:
      'There are no credentials for the store: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a profile or role.',
  },
  {
    names: [
      ...['PermanentRedirect', 'TemporaryRedirect', 'AuthorizationHeaderMalformed'],
      ...['IllegalLocationConstraintException', 'InvalidRegion'],
    ],
    kind: Rejected,
    advice:
      'The bucket is in another region: set AWS_REGION to its region, and check AWS_ENDPOINT_URL.',
  },
  {
    names: ['RequestTimeTooSkewed'],
    kind: Rejected,
    advice: 'The clock of this machine is wrong: synchronize it (NTP).',
  },
  {
    // From MinIO, RustFS and other stores, not from S3 itself.
    names: ['XMinioStorageFull', 'XMinioDiskFull', 'StorageFull', 'InsufficientStorage'],
    kind: Unavailable,
    advice: 'The store has no space left: free some space, or enlarge its disk.',
  },
];

const unreachable: Omit<StoreProblem, 'names'> = {
  kind: Unavailable,
  advice: storeUnreachableAdvice,
};
const notS3: Omit<StoreProblem, 'names'> = {
  kind: Unavailable,
  advice: 'The response is not from an S3 store: check AWS_ENDPOINT_URL and any proxies.',
};

/** What an error of the SDK says about the deployment, if anything; status 0 is no response. */
export function findStoreProblem(error: {
  name: string;
  message: string;
  status: number;
}): Omit<StoreProblem, 'names'> | undefined {
  const { name, message, status } = error;
  const named = storeProblems.find(({ names }) => names.includes(name));
  if (named) return named;
  // The SDK marks responses that it cannot parse only in the message.
  if (message.includes('Deserialization error')) return notS3;
  return status === 0 ? unreachable : undefined;
}
