import { integer as integerOption, oneOf as oneOfOption } from '../convert/recipe/recipe-option.ts';

/** One environment variable: its name, its parser and its description. */
export interface Variable<Value, Default> {
  name: string;
  /** Throws an `Error` whose message completes “expected …”. */
  parse: (text: string) => Value;
  /** The value of a variable that is unset or blank. */
  default: Default;
  description: string;
  /** The value of a secret is never repeated in a message. */
  isSecret?: boolean;
}

export function variable<Value>(
  name: string,
  parse: (text: string) => Value,
  defaultValue: NoInfer<Value>,
  description: string,
): Variable<Value, Value> {
  return { name, parse, default: defaultValue, description };
}

export function optional<Value>(
  name: string,
  parse: (text: string) => Value,
  description: string,
): Variable<Value, undefined> {
  return { name, parse, default: undefined, description };
}

export function secret(
  name: string,
  parse: (text: string) => string,
  description: string,
): Variable<string, undefined> {
  return { ...optional(name, parse, description), isSecret: true };
}

/** Options of recipes and variables share their parsers: see src/convert/recipe/recipe-option.ts. */
interface Option<Value> {
  expected: string;
  read(value: unknown): Value | undefined;
  fromText(text: string): unknown;
}

export function parserOf<Value>(option: Option<Value>): (text: string) => Value {
  return (text) => {
    const value = option.read(option.fromText(text));
    if (value === undefined) throw new Error(option.expected);
    return value;
  };
}

export function integer(min: number, max?: number): (text: string) => number {
  return parserOf(integerOption(min, max));
}

/** Case does not matter in the text; the value has the case of `choices`. */
export function oneOf<const Choice extends string>(...choices: Choice[]): (text: string) => Choice {
  return parserOf(oneOfOption(choices));
}

/** Distinct words separated by commas, in the order of `choices`. */
export function listOf<const Choice extends string>(
  ...choices: Choice[]
): (text: string) => readonly Choice[] {
  const parse = oneOf(...choices);
  return (text) => {
    try {
      const words = text.split(',').map((word) => parse(word.trim()));
      return choices.filter((choice) => words.includes(choice));
    } catch {
      throw new Error(`any of ${choices.join(', ')}, separated by commas,`);
    }
  };
}

export function text(value: string): string {
  return value;
}

/** A number with decimals, at least 0. */
export function decimal(value: string): number {
  if (/^\d{1,12}(\.\d{1,15})?$/.test(value)) return Number(value);
  throw new Error('a number such as 0.25');
}

export function url(value: string): string {
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? '')) return value;
  throw new Error('an http:// or https:// URL');
}
