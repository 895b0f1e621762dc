import type { Find } from './find.ts';
import type { FuzzSummary } from './fuzz.ts';

/** Describes the fault, the file that keeps it, and how to repeat it. */
export function describeFind({ fault, case: drawn, ...find }: Find, path: string): string {
  const { format, made, recipe, limits, bytes } = drawn;
  return [
    '',
    `FOUND ${fault.kind} (${format}): ${fault.detail}`,
    `  made of ${made}; ${bytes.length} bytes in ${path}`,
    `  recipe ${JSON.stringify(recipe)}, limits ${JSON.stringify(limits)}`,
    find.isReproduced
      ? `  repeat: npm run fuzz -- --seed ${find.seed} --only ${find.path}`
      : `  not reproduced alone; repeat with the cases before it: npm run fuzz -- --seed ${find.seed} --cases ${find.index + 1}`,
  ].join('\n');
}

/** A table of outcomes by format, and the totals. */
export function describeSummary({ outcomes, ...summary }: FuzzSummary): string {
  const names = [...new Set(Object.values(outcomes).flatMap(Object.keys))].sort();
  const rows = Object.entries(outcomes).map(([format, counts]) => [
    format,
    ...names.map((name) => String(counts[name] ?? 0)),
  ]);
  const { cases, seconds, finds, repeatedFinds, slowest } = summary;
  return [
    '',
    ...table([['format', ...names], ...rows]),
    '',
    `${cases} cases of ${rows.length} formats in ${seconds.toFixed(1)} s (${Math.round(cases / seconds)} per second); slowest: case ${slowest.index}, ${Math.round(slowest.ms)} ms`,
    `${finds} found${repeatedFinds > 0 ? `, and again in ${repeatedFinds} more cases` : ''}`,
  ].join('\n');
}

function table(rows: string[][]): string[] {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths?.[i] ?? 0) : cell.padStart(widths?.[i] ?? 0)))
      .join('  '),
  );
}
