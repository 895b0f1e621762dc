/**
 * Bytes in an `ArrayBuffer` of their own process, as `Response`, `Blob` and `fetch` accept them:
 * `Uint8Array<ArrayBuffer>` since TypeScript 5.7, `Uint8Array` before.
 */
export type OwnBytes = ReturnType<Uint8ArrayConstructor['of']>;

/** Copies only bytes in shared memory. */
export function toOwnBytes(bytes: Uint8Array): OwnBytes {
  return bytes.buffer instanceof SharedArrayBuffer ? new Uint8Array(bytes) : (bytes as OwnBytes);
}
