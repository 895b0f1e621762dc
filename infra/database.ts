import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { DatabaseCluster } from 'aws-cdk-lib/aws-rds';
import type { IConstruct } from 'constructs';
import type { ConfigValues } from '../src/config/index.ts';

/**
 * The user of a login: the owner of the schema, or the function, which only reads and writes the
 * table.
 */
export type Role = 'owner' | 'application';

/** The configuration of a function, by the properties of src/config/index.ts. */
export type FunctionSettings = ConfigValues;

export type DatabaseValues = NonNullable<ConfigValues['database']>;

/** A database as the functions see it: the stack's own or an existing one. */
export interface Database extends IConstruct {
  /** How a function logs in as this role. */
  loginOf(role: Role): DatabaseValues;
  /** Lets a function log in as this role. */
  grantLogin(grantee: IGrantable, role: Role): void;
  /** The role that the migrations prepare; undefined if there is one role for all. */
  readonly applicationRole: string | undefined;
  /** The cluster to monitor; undefined for an existing database. */
  readonly cluster: DatabaseCluster | undefined;
}
