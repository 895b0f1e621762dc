/** A program that builds and runs images. */
export interface Engine {
  /** Builds the image of the Dockerfile in a folder. */
  build(folder: string): Promise<{ sizeBytes: number }>;
  /** Starts the image with its arguments: on the host’s network, as an unknown user, on a read-only root. */
  run(args: string[], env: Record<string, string>): RunningImage;
  /** Runs the image’s health check in the container that was started last. */
  checkHealth?(): void;
  /** Removes what the runs left. */
  close(): void;
}

export interface RunningImage {
  stop(): void;
  /** Resolves when it ended with this exit code; otherwise throws with its output. */
  ended(exitCode: number): Promise<void>;
}

/** No file in the image belongs to it. */
export const unknownUser = 12_345;
export const imageName = 'grayscale-image-processor';
