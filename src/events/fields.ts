/** An untrusted object: each field is read with one of the functions below. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the fields of a value, or none if it is not an object. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Returns text that PostgreSQL can store; anything else is not a valid ETag or version. */
export function readToken(value: unknown): string | undefined {
  const text = readText(value);
  return text?.isWellFormed() && !text.includes('\0') ? text : undefined;
}

/** Ceph's documentation shows sizes as text. */
export function readSize(value: unknown): number | undefined {
  const isDigits = typeof value === 'string' && /^\d+$/.test(value);
  const size = isDigits ? Number(value) : value;
  return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

/**
 * `Date` alone would parse "1" as a day in 2001. PostgreSQL accepts neither year 0 nor five-digit
 * years.
 */
export function readTime(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T/.test(value)) return undefined;
  const time = new Date(value);
  const isPossible = time.getTime() >= 0 && time.getTime() < Date.UTC(10_000);
  return isPossible ? time : undefined;
}

/** Whether a version has one of these major numbers, or is absent. */
export function hasMajorVersion(version: unknown, majors: readonly string[]): boolean {
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

/** Removes undefined fields, which JSON and optional properties cannot hold. */
export function omitUndefined<T extends object>(fields: T): Defined<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}
