interface WatchOptions {
  /** Called when the stream breaks. If this throws, so does the returned stream. */
  onFailure: (error: unknown) => void;
  /** Called when the stream is over, for any reason. */
  onEnd: () => void;
}

/** Passes a stream on. A generator could not do this: one that has not started does not clean up. */
export function watchStream(
  stream: ReadableStream<Uint8Array>,
  { onFailure, onEnd }: WatchOptions,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream({
    async pull(controller) {
      let next: { done: boolean; value?: Uint8Array | undefined } = { done: true };
      try {
        next = await reader.read();
      } catch (error) {
        onFailure(error);
      } finally {
        if (next.done) onEnd();
      }
      if (next.value) controller.enqueue(next.value);
      else controller.close();
    },
    async cancel() {
      onEnd();
      // Some streams throw what they are cancelled with.
      await reader.cancel().catch(() => {});
    },
  });
}
