/** One option of a recipe: its valid values and how to parse them from text. */
export interface RecipeOption<Value> {
  default: Value;
  /** What the option does, for --help and docs/configuration.md. */
  description: string;
  /** Completes “Expected …”. */
  expected: string;
  /** The valid words, if there are only a few. */
  choices?: readonly string[];
  /** The canonical form of a value; undefined if it is invalid. */
  read(value: unknown): Value | undefined;
  /** Parses a command-line or environment value for `read`. */
  fromText(text: string): unknown;
}

type OptionOf<Value> = Omit<RecipeOption<Value>, 'default' | 'description'>;

/** `aliases` are other spellings in text, for example `jpg`. */
export function oneOf<const Value extends string>(
  choices: readonly Value[],
  aliases: Readonly<Record<string, Value>> = {},
): OptionOf<Value> {
  return {
    expected: `one of ${choices.join(', ')}`,
    choices,
    read: (value) => choices.find((choice) => choice === value),
    fromText(text) {
      const word = text.toLowerCase();
      const alias = Object.hasOwn(aliases, word) ? aliases[word] : undefined;
      return choices.find((choice) => choice.toLowerCase() === word) ?? alias ?? word;
    },
  };
}

export function integer(min: number, max = Number.MAX_SAFE_INTEGER): OptionOf<number> {
  const isBounded = max < Number.MAX_SAFE_INTEGER;
  return {
    expected: `a whole number ${isBounded ? `from ${min} to ${max}` : `of at least ${min}`}`,
    read: (value) => (isInteger(value) && value >= min && value <= max ? value : undefined),
    fromText: (text) => (/^\d+$/.test(text) ? Number(text) : text),
  };
}

export function trueOrFalse(): OptionOf<boolean> {
  return {
    expected: 'true or false',
    choices: ['true', 'false'],
    read: (value) => (typeof value === 'boolean' ? value : undefined),
    fromText: (text) => ({ true: true, false: false })[text.toLowerCase()] ?? text,
  };
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}
