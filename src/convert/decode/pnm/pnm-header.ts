import { textAt } from '../../formats/bytes.ts';
import { checkSize, corrupt, unsupported } from '../file-decoder.ts';
import { numberText } from './pnm-text.ts';

/**
 * See https://netpbm.sourceforge.net/doc/pnm.html and https://netpbm.sourceforge.net/doc/pam.html.
 */
export interface Pnm {
  width: number;
  height: number;
  channels: 1 | 2 | 3 | 4;
  /** The maximum value of a sample. */
  max: number;
  coding: 'text' | 'bytes' | 'bits';
  /** In bitmaps 1 is black; in all other formats 0 is. */
  isOneBlack: boolean;
  pixelsAt: number;
}

type Kind = Pick<Pnm, 'channels' | 'coding' | 'isOneBlack'>;

const kinds: Record<string, Kind> = {
  P1: { channels: 1, coding: 'text', isOneBlack: true },
  P2: { channels: 1, coding: 'text', isOneBlack: false },
  P3: { channels: 3, coding: 'text', isOneBlack: false },
  P4: { channels: 1, coding: 'bits', isOneBlack: true },
  P5: { channels: 1, coding: 'bytes', isOneBlack: false },
  P6: { channels: 3, coding: 'bytes', isOneBlack: false },
};

/** PAM tuple types; without one, the number of samples decides. */
const tupleTypes: Record<string, readonly (1 | 2 | 3 | 4)[]> = {
  BLACKANDWHITE: [1],
  GRAYSCALE: [1],
  RGB: [3],
  BLACKANDWHITE_ALPHA: [2],
  GRAYSCALE_ALPHA: [2],
  RGB_ALPHA: [4],
  '': [1, 2, 3, 4],
};

const startPattern =
  /^P(?:[1-6](?:\s|#[^\r\n]*[\r\n])+\d|7\n(?:#|WIDTH|HEIGHT|DEPTH|MAXVAL|TUPLTYPE))/;

/** Two letters alone would match too many text files, so a number or a field must follow. */
export function isPnmHeader(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && startPattern.test(textAt(bytes, 0, 4_096));
}

export function readPnm(bytes: Uint8Array): Pnm {
  const magic = textAt(bytes, 0, 2);
  const header = magic === 'P7' ? readPam(bytes) : readPlain(bytes, kinds[magic]);
  checkSize(header);
  if (header.max < 1 || header.max > 65_535) {
    throw corrupt(`Expected a maximum value from 1 to 65535 but the header says ${header.max}.`);
  }
  return header;
}

function readPlain(bytes: Uint8Array, kind: Kind | undefined): Pnm {
  if (!kind) throw corrupt('Expected P1 to P7 at byte 0.');
  const numbers = numberText(bytes, 2);
  const [width, height] = [numbers.next('the width'), numbers.next('the height')];
  const max = kind.isOneBlack ? 1 : numbers.next('the maximum value');
  const pixelsAt = kind.coding === 'text' ? numbers.position() : numbers.skipSeparator();
  return { ...kind, width, height, max, pixelsAt };
}

const maxPamHeaderBytes = 16_384;

function readPam(bytes: Uint8Array): Pnm {
  const fields = new Map<string, string>();
  let at = 3;
  for (;;) {
    const { line, next } = readLine(bytes, at);
    at = next;
    if (line === 'ENDHDR') break;
    const [, name, value] = /^([A-Z]+)\s+(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) fields.set(name, value);
    else if (line.trim() !== '' && !line.startsWith('#')) {
      throw corrupt(`Expected a header field before byte ${at} but found none.`);
    }
  }
  const channels = channelsOf(numberIn(fields, 'DEPTH'), fields.get('TUPLTYPE') ?? '');
  const [width, height] = [numberIn(fields, 'WIDTH'), numberIn(fields, 'HEIGHT')];
  const max = numberIn(fields, 'MAXVAL');
  return { width, height, channels, max, coding: 'bytes', isOneBlack: false, pixelsAt: at };
}

function readLine(bytes: Uint8Array, at: number): { line: string; next: number } {
  const end = bytes.indexOf(0x0a, at);
  if (end === -1 || end > maxPamHeaderBytes) {
    throw corrupt(`Expected the header to continue at byte ${at} up to ENDHDR.`);
  }
  const isCrLf = end > at && bytes[end - 1] === 0x0d;
  return { line: textAt(bytes, at, isCrLf ? end - 1 : end), next: end + 1 };
}

function numberIn(fields: Map<string, string>, name: string): number {
  const text = fields.get(name) ?? '';
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw corrupt(`Expected ${name} as a number in the header but found "${text.slice(0, 20)}".`);
}

function channelsOf(depth: number, tupleType: string): 1 | 2 | 3 | 4 {
  const allowed = tupleTypes[tupleType];
  if (!allowed) {
    throw unsupported(`PAM with tuples of the type ${tupleType.slice(0, 40)}`, 'Save it as RGB.');
  }
  const channels = allowed.find((channels) => channels === depth);
  if (channels) return channels;
  throw corrupt(`Expected a DEPTH of ${allowed.join(', ')} but the header says ${depth}.`);
}
