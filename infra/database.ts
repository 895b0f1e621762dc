import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { DatabaseCluster } from 'aws-cdk-lib/aws-rds';
import type { IConstruct } from 'constructs';
import type { ConfigValues } from '../src/config/index.ts';

/** Who logs in: whoever owns the schema, or the function, which only reads and writes the table. */
export type Role = 'owner' | 'application';

/** What a function is told, by the properties of src/config/index.ts. */
export type FunctionSettings = ConfigValues;

export type DatabaseValues = NonNullable<ConfigValues['database']>;

/** A database, the stack's own or yours, as the functions see it. */
export interface Database extends IConstruct {
  /** How a function logs in as this role. */
  loginOf(role: Role): DatabaseValues;
  /** Lets a function do so. */
  grantLogin(grantee: IGrantable, role: Role): void;
  /** What the migrations prepare; undefined where there is one role for all. */
  readonly applicationRole: string | undefined;
  /** To watch over; undefined where the database is yours. */
  readonly cluster: DatabaseCluster | undefined;
}
