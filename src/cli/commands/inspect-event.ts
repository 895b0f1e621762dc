import { createReadStream } from 'node:fs';
import { Command } from 'commander';

import { readConfig } from '../../config/index.ts';
import { describeRecord, parseEvent } from '../../events/index.ts';
import { printError, printJson } from '../../process/terminal.ts';
import { readStream } from '../read-stream.ts';
import { UsageError } from '../usage-error.ts';

/** `grayscale inspect-event` */
export function inspectEventCommand(): Command {
  return new Command('inspect-event')
    .description(
      'Report what happens to each record of a bucket event (process, ignore or refuse), and why.',
    )
    .argument(
      '<file>',
      'a JSON file with one event, or with one event per line; - for standard input',
    )
    .addHelpText(
      'after',
      '\nPrints a JSON array of { bucket, key, versionId?, sizeBytes?, action, isRemoval?, reason? }.\nS3_BUCKET, OUTPUT_PREFIX, OUTPUT_BUCKET, EVENT_KEY_ENCODING and ON_SOURCE_DELETED apply as in the function.',
    )
    .action(async (file: string) => {
      const options = readConfig().storage;
      const events = parseJson(await readText(file), file);
      const records = events.flatMap((event) => parseEvent(event, options));
      printJson(records.map(describeRecord));
      if (records.length === 0) printError('The event contains no records.');
    });
}

/** Far more than any service delivers in one message. */
const maxEventMb = 64;

async function readText(file: string): Promise<string> {
  const bytes = await readBytes(file).catch((error: Error) => {
    throw new UsageError(`Cannot read "${file}": ${error.message}`);
  });
  if (bytes) return new TextDecoder(encodingOf(bytes)).decode(bytes);
  throw new UsageError(`Expected an event of at most ${maxEventMb} MiB but "${file}" is larger.`);
}

async function readBytes(file: string): Promise<Uint8Array | undefined> {
  const stream = file === '-' ? process.stdin : createReadStream(file);
  return await readStream(stream, maxEventMb * 2 ** 20);
}

/**
 * Detects the encoding by the byte order mark. Windows PowerShell writes one, and TextDecoder
 * strips it.
 */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

/** Returns the document's single event, or one event per line. */
function parseJson(text: string, file: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch (error) {
    const events = parseLines(text);
    if (events.length > 0) return events;
    const name = file === '-' ? 'Standard input' : `"${file}"`;
    throw new UsageError(
      `${name} is not JSON: ${(error as Error).message}. Expected one event as delivered, or one event per line.`,
    );
  }
}

/** Parses JSON lines, as logs and queues are exported. Returns an empty list for any other text. */
function parseLines(text: string): unknown[] {
  try {
    return text.split('\n').flatMap((line) => (line.trim() ? [JSON.parse(line)] : []));
  } catch {
    return [];
  }
}
