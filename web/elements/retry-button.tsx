import { useState } from 'preact/hooks';
import type { Image } from '../../src/server/api/schemas.ts';
import { getDocument, messageOf } from '../api/request.ts';

/** Converts a source again and passes on the outcome. */
export function RetryButton({ image, onDone }: { image: Image; onDone: (image: Image) => void }) {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const retry = async () => {
    setIsBusy(true);
    setProblem(undefined);
    try {
      onDone(await getDocument<Image>(`${image.links.self}/retry`, { method: 'POST' }));
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <>
      <button type="button" disabled={isBusy} onClick={() => void retry()}>
        {isBusy ? 'Retrying …' : 'Retry'}
      </button>
      {problem && <span role="alert">{problem}</span>}
    </>
  );
}
