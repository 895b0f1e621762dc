import { z } from 'zod';

const id = (kind: string) =>
  z.string().regex(new RegExp(`^${kind}-([0-9a-f]{8}|[0-9a-f]{17})$`), `${kind}-...`);

const newDatabase = z.strictObject({
  kind: z.literal('new'),
  /** Of Aurora PostgreSQL. */
  version: z
    .string()
    .regex(/^\d+\.\d+$/, 'a version such as 17.7')
    .default('17.7'),
  /**
   * Aurora capacity units. From 0, the database pauses when nobody asks and costs only its storage;
   * the first upload afterwards waits for its message to come back.
   */
  minCapacity: z.number().min(0).max(256).multipleOf(0.5).default(0.5),
  maxCapacity: z.number().min(1).max(256).multipleOf(0.5).default(4),
  autoPauseMinutes: z.number().int().min(5).max(1440).default(10),
  backupDays: z.number().int().min(1).max(35).default(7),
  /**
   * Set it with the second deployment. A first deployment that fails is rolled back, and CloudFormation
   * could not delete a protected cluster: the stack would be stuck in ROLLBACK_FAILED.
   */
  deletionProtection: z.boolean().optional(),
  /**
   * A second instance in another zone, at the price of the first. Without it, a failed writer is made
   * anew, which AWS says takes up to ten minutes; uploads wait in the queue.
   */
  failoverReplica: z.boolean().optional(),
  /**
   * A proxy in between, for several hundred functions at once. It is billed by the hour for at least
   * 8 capacity units, and its open connections keep the database from ever pausing.
   */
  proxy: z.boolean().default(false),
});

const existingDatabase = z.strictObject({
  kind: z.literal('existing'),
  host: z.string().min(1),
  port: z.number().int().min(1).max(65_535).default(5432),
  name: z.string().min(1).default('image_db'),
  securityGroupId: id('sg'),
  vpcId: id('vpc'),
  availabilityZones: z.array(z.string()).min(1),
  subnetIds: z.array(id('subnet')).min(1),
  /**
   * Route tables of those subnets. They get a gateway endpoint for S3, through which everything in
   * these subnets reaches the buckets of this stack only. Omit it if S3 is reachable already.
   */
  routeTableIds: z.array(id('rtb')).optional(),
  login: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('iam'),
      /** `cluster-...` or `db-...`, as `aws rds describe-db-clusters` names it. */
      resourceId: z.string().regex(/^(cluster|db|prx)-/, 'cluster-..., db-... or prx-...'),
      /** Owns the schema, holds rds_iam, and may create roles. */
      owner: z.string().min(1),
    }),
    z.strictObject({
      kind: z.literal('password'),
      user: z.string().min(1),
      /** In Secrets Manager, with a field `password`. It ends up in the function's variables. */
      secretName: z.string().min(1),
    }),
  ]),
});

export const databaseSettings = z.discriminatedUnion('kind', [newDatabase, existingDatabase]);
