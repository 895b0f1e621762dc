/** Who made an image, and how it may be used. Absent fields are not in the file. */
export interface Copyright {
  creators: string[];
  /** How the creator is to be credited. */
  credit?: string;
  /** The copyright notice. */
  notice?: string;
  /** A web page about the rights: `xmpRights:WebStatement`. */
  statementUrl?: string;
  /** The licence: `cc:license`. */
  licenceUrl?: string;
}

/** All fields together fit into one segment of a JPEG, even if each character is escaped. */
const maxLength = 2_000;

// XML has no control characters but tab and line feed: https://www.w3.org/TR/xml/#charsets
// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are removed.
const notInXml = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]+/g;

/** Text that is valid in XML and not too long; undefined if nothing is left. */
export function tidyText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.toWellFormed().replace(/\r\n?/g, '\n').replace(notInXml, ' ').trim();
  // Truncation may split a pair of surrogates.
  return text.slice(0, maxLength).toWellFormed() || undefined;
}

/** The names that fit together into one field of EXIF. */
export function tidyNames(values: readonly unknown[]): string[] {
  const names: string[] = [];
  let length = 0;
  for (const value of values) {
    const name = tidyText(value);
    if (name === undefined) continue;
    length += name.length + separator.length;
    if (length > maxLength + separator.length) break;
    names.push(name);
  }
  return names;
}

const separator = '; ';

/** Joins creators into one EXIF text, as the Metadata Working Group specifies. */
export function joinNames(names: readonly string[]): string {
  return names.join(separator);
}
