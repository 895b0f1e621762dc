import type { EventRecord } from './event-record.ts';
import type { Fields } from './fields.ts';
import type { ParseOptions } from './parse-options.ts';

/** One way to write an event, or an envelope around events. */
export interface Dialect {
  kind: 's3' | 'sqs' | 'sns' | 'eventbridge' | 's3-batch-operations';
  /** By its shape alone: whatever has it is reported as this dialect, however malformed. */
  recognises(event: Fields): boolean;
  parse(event: Fields, context: ParseContext): Iterable<EventRecord>;
}

interface ParseContext {
  options: ParseOptions;
  /** Parses what an envelope holds: an event, or its JSON text. */
  open(content: unknown): Iterable<EventRecord>;
}
