/** Max log lines of one kind per invocation: a message may hold a thousand records. */
const maxLines = 10;

/** Writes the first lines of each kind, and finally how many were left out. */
export function createLineLimit(writeMore: (kind: string, more: number) => void) {
  const counts = new Map<string, number>();
  return {
    begin: () => counts.clear(),
    write(kind: string, write: () => void): void {
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      if (count <= maxLines) write();
    },
    end(): void {
      for (const [kind, count] of counts) if (count > maxLines) writeMore(kind, count - maxLines);
    },
  };
}
