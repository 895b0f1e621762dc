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
   * Aurora capacity units. With a minimum of 0, the database pauses when idle and costs only its
   * storage; the first upload afterwards waits until its message is redelivered.
   */
  minCapacity: z.number().min(0).max(256).multipleOf(0.5).default(0.5),
  maxCapacity: z.number().min(1).max(256).multipleOf(0.5).default(4),
  autoPauseMinutes: z.number().int().min(5).max(1440).default(10),
  backupDays: z.number().int().min(1).max(35).default(7),
  /**
   * Set it with the second deployment. A failed first deployment is rolled back, and CloudFormation
   * cannot delete a protected cluster: the stack would be stuck in ROLLBACK_FAILED.
   */
  deletionProtection: z.boolean().optional(),
  /**
   * A second instance in another zone, at the price of the first. Without it, a failed writer is
   * recreated, which according to AWS takes up to ten minutes; uploads wait in the queue.
   */
  failoverReplica: z.boolean().optional(),
  /**
   * Adds a proxy, for several hundred concurrent functions. It is billed by the hour for at least 8
   * capacity units, and its open connections prevent the database from pausing.
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
   * Route tables of those subnets. They get a gateway endpoint for S3; through it, everything in
   * these subnets can reach only the buckets of this stack. Omit it if S3 is already reachable.
   */
  routeTableIds: z.array(id('rtb')).optional(),
  login: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('iam'),
      /** `cluster-...` or `db-...`, as `aws rds describe-db-clusters` shows it. */
      resourceId: z.string().regex(/^(cluster|db|prx)-/, 'cluster-..., db-... or prx-...'),
      /** Owns the schema, holds rds_iam, and may create roles. */
      owner: z.string().min(1),
    }),
    z.strictObject({
      kind: z.literal('password'),
      user: z.string().min(1),
      /**
       * In Secrets Manager, with a field `password`. It becomes visible in the function's
       * variables.
       */
      secretName: z.string().min(1),
    }),
  ]),
});

export const databaseSettings = z.discriminatedUnion('kind', [newDatabase, existingDatabase]);
