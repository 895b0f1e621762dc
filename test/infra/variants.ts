import type { EnvironmentSettings } from '../../infra/settings-schema.ts';

const existingNetwork = {
  host: 'db.example.com',
  securityGroupId: 'sg-0123456789abcdef0',
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-central-1a'],
  subnetIds: ['subnet-0123456789abcdef0'],
};

export const variants = {
  /** The default settings. */
  plain: { source: { kind: 'new' }, database: { kind: 'new' } },
  /** Every option enabled. */
  full: {
    source: { kind: 'new', versioned: true },
    sourcePrefix: 'incoming/',
    events: 'eventbridge',
    encryption: 'own',
    database: {
      kind: 'new',
      proxy: true,
      failoverReplica: true,
      deletionProtection: true,
    },
    alarmEmail: 'ops@example.com',
    conversion: { format: 'webp', quality: 80 },
    outputCarry: ['tags', 'cache-control'],
    outputStorageClass: 'STANDARD_IA',
    tags: { owner: 'images' },
  },
  /** An existing bucket, another one for the outputs, and an existing database. */
  existingResources: {
    source: { kind: 'existing', name: 'my-uploads' },
    outputBucket: 'my-outputs',
    tracing: false,
    database: {
      kind: 'existing',
      ...existingNetwork,
      routeTableIds: ['rtb-0123456789abcdef0'],
      login: { kind: 'iam', resourceId: 'db-ABC', owner: 'postgres' },
    },
  },
  password: {
    source: { kind: 'existing', name: 'my-uploads' },
    events: 'eventbridge',
    database: {
      kind: 'existing',
      ...existingNetwork,
      login: { kind: 'password', user: 'app', secretName: 'database' },
    },
  },
  /** Outputs that are deleted with their sources, announced by the bucket itself or by EventBridge. */
  following: {
    source: { kind: 'new', versioned: true },
    onSourceDeleted: 'delete',
    database: { kind: 'new' },
  },
  /** The queue receives encrypted events of a bucket and of its outputs. */
  encrypted: {
    source: { kind: 'new' },
    encryption: 'own',
    database: { kind: 'new', failoverReplica: false, deletionProtection: false },
  },
  followingByRule: {
    source: { kind: 'existing', name: 'my-uploads' },
    outputBucket: 'my-outputs',
    events: 'eventbridge',
    onSourceDeleted: 'delete',
    database: { kind: 'new' },
  },
} satisfies Record<string, EnvironmentSettings>;
