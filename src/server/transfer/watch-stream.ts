interface WatchOptions {
  /** Called with an error that breaks off the response. */
  onFailure: (error: unknown) => void;
  /** Called when the stream is over, for whatever reason. */
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
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        controller.close();
      } catch (error) {
        onFailure(error);
        controller.error(error);
      }
      onEnd();
    },
    async cancel() {
      onEnd();
      // Some streams throw what they are cancelled with.
      await reader.cancel().catch(() => {});
    },
  });
}
