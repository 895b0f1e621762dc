import './delete-dialog.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { messageOf } from '../api/request.ts';
import { formatCount } from '../elements/units.ts';
import type { BulkResult } from './bulk-actions.ts';

interface BulkDialogProps {
  title: string;
  /** What the action does, and its options. */
  children: ComponentChildren;
  /** The word on the button that starts it. */
  action: string;
  isDisabled?: boolean;
  run: (options: {
    signal: AbortSignal;
    onProgress: (result: BulkResult) => void;
  }) => Promise<BulkResult>;
  onClose: () => void;
}

/** Says what a bulk action does, asks, and shows its progress and result. */
export function BulkDialog({
  title,
  children,
  action,
  isDisabled = false,
  run,
  onClose,
}: BulkDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [state, setState] = useState<'asking' | 'running' | 'finished'>('asking');
  const [result, setResult] = useState<BulkResult>();
  const [problem, setProblem] = useState<string>();
  const [stopping] = useState(() => new AbortController());
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => () => stopping.abort(), [stopping]);
  const start = async () => {
    setState('running');
    try {
      setResult(await run({ signal: stopping.signal, onProgress: setResult }));
    } catch (error) {
      setProblem(messageOf(error));
    }
    setState('finished');
  };
  return (
    <dialog ref={dialog} class="delete-dialog" aria-labelledby="bulk-title" onClose={onClose}>
      <h2 id="bulk-title">{title}</h2>
      {state === 'asking' && children}
      <div role="status">
        {state === 'running' && <p>{formatCount(result?.done ?? 0)} done …</p>}
        {state === 'finished' && <p>{summaryOf(result, stopping.signal.aborted)}</p>}
      </div>
      {state === 'finished' && result?.problems.map((reason) => <p key={reason}>{reason}</p>)}
      {problem && <p role="alert">{problem}</p>}
      <p class="delete-dialog-buttons">
        {state === 'asking' && (
          <>
            <button type="button" onClick={onClose}>
              Cancel
            </button>
            <button type="button" class="strong" disabled={isDisabled} onClick={() => void start()}>
              {action}
            </button>
          </>
        )}
        {state === 'running' && (
          <button type="button" onClick={() => stopping.abort()}>
            Stop
          </button>
        )}
        {state === 'finished' && (
          <button type="button" class="strong" onClick={onClose}>
            Close
          </button>
        )}
      </p>
    </dialog>
  );
}

/** `12 converted, 1 failed.` */
function summaryOf(result: BulkResult | undefined, isStopped: boolean): string {
  const counts = Object.entries(result?.counts ?? {}).map(
    ([name, count]) => `${formatCount(count)} ${name}`,
  );
  const text = counts.length === 0 ? 'Nothing was done.' : `${counts.join(', ')}.`;
  return isStopped ? `Stopped. ${text}` : text;
}
