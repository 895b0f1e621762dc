// How the text of a variable is read: to its value, or to an Error that says what was expected.

export function text(value: string): string {
  return value;
}

export function integer(min: number, max = Number.MAX_SAFE_INTEGER): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new Error(
      max === Number.MAX_SAFE_INTEGER
        ? `a whole number of at least ${min}`
        : `a whole number from ${min} to ${max}`,
    );
  };
}

/** A number with decimals, of at least 0. */
export function decimal(value: string): number {
  if (/^\d{1,12}(\.\d{1,15})?$/.test(value)) return Number(value);
  throw new Error('a number such as 0.25');
}

export function oneOf<const Allowed extends string>(
  ...allowed: Allowed[]
): (value: string) => Allowed {
  return (value) => {
    const found = allowed.find((word) => word.toLowerCase() === value.toLowerCase());
    if (found) return found;
    throw new Error(`one of ${allowed.join(', ')}`);
  };
}

export function url(value: string): string {
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? '')) return value;
  throw new Error('an http:// or https:// URL');
}

export function databaseUrl(value: string): string {
  if (/^postgres(ql)?:$/.test(URL.parse(value)?.protocol ?? '')) return value;
  throw new Error('postgresql://USER:PASSWORD@HOST:PORT/DATABASE');
}

/** `gray`, `gray/` and `/gray/` all mean `gray/`. It is never empty: outputs would be uploads. */
export function prefix(value: string): string {
  const name = value.replace(/^\/+|\/+$/g, '');
  if (name) return `${name}/`;
  throw new Error('a folder name such as grayscale/');
}

/** Something that a header can carry and nobody guesses. */
export function token(value: string): string {
  if (/^[\x21-\x7e]{16,512}$/.test(value)) return value;
  throw new Error('16 to 512 printable ASCII characters without spaces');
}
