import { basename } from 'node:path/posix';
import { inputFormats, outputFormats } from '../convert/index.ts';

interface Format {
  extensions: readonly string[];
}

const formats: Readonly<Record<string, Format>> = { ...inputFormats, ...outputFormats };
const knownExtensions = new Set(Object.values(formats).flatMap(({ extensions }) => extensions));

/**
 * The name under which a file is downloaded: the last part of its key, with an extension of its
 * format. An output keeps the key of its source, so a PNG may be stored as `photo.jpg`.
 */
export function downloadName(key: string, format: string | null): string {
  const name = basename(key) || 'image';
  const extensions = formats[format ?? '']?.extensions ?? [];
  const [, stem = name, extension = ''] = /^(.+)\.([^.]+)$/s.exec(name) ?? [];
  if (extensions[0] === undefined || extensions.includes(extension.toLowerCase())) return name;
  const kept = knownExtensions.has(extension.toLowerCase()) ? stem : name;
  return `${kept}.${extensions[0]}`;
}

/** A `Content-Disposition` by RFC 6266: plain ASCII for old clients, and the exact name. */
export function contentDisposition(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\w. -]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
