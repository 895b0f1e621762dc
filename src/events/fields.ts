/** An object of which nothing is known yet: every field is read with one of the functions below. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of a value, none where it is no object. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Text that PostgreSQL, where it is recorded, takes; anything else is no ETag and no version. */
export function tokenOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text?.isWellFormed() && !text.includes('\0') ? text : undefined;
}

/** Ceph's documentation shows sizes as text. */
export function sizeOf(value: unknown): number | undefined {
  const isDigits = typeof value === 'string' && /^\d+$/.test(value);
  const size = isDigits ? Number(value) : value;
  return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

/** `Date` alone would take "1" for a day in 2001; PostgreSQL takes no year 0 and none of five digits. */
export function timeOf(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T/.test(value)) return undefined;
  const time = new Date(value);
  const isPossible = time.getTime() >= 0 && time.getTime() < Date.UTC(10_000);
  return isPossible ? time : undefined;
}

/** Whether a version is of one of these majors, or not stated at all. */
export function isOfMajor(version: unknown, majors: readonly string[]): boolean {
  if (version === undefined || version === null || version === '') return true;
  if (typeof version !== 'string' && typeof version !== 'number') return false;
  const [major = ''] = `${version}`.split('.');
  return majors.includes(major);
}

type Defined<T> = {
  [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name];
} & {
  [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined>;
};

/** Without the fields that are undefined, which JSON and optional properties cannot hold. */
export function defined<T extends object>(fields: T): Defined<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}
