import './stage-waterfall.css';
import type { Image } from '../../src/server/api/schemas.ts';
import { formatMs } from '../elements/units.ts';

type Stages = Image['stagesMs'];

/** The stages in order, each bar as long as the stage's duration. */
export function StageWaterfall({ stagesMs }: { stagesMs: Stages }) {
  const bars = barsOf(stagesMs);
  if (bars.length === 0) return <p class="soft">The durations of the stages are unknown.</p>;
  return (
    <ol class="waterfall">
      {bars.map(({ stage, ms, start, share }) => (
        <li key={stage}>
          <span>{stage}</span>
          <span class="waterfall-track" aria-hidden="true">
            <span
              class={`waterfall-bar ${stage === 'queue' ? 'waterfall-bar-waiting' : ''}`}
              style={{ left: `${start * 100}%`, width: `${share * 100}%` }}
            />
          </span>
          <span class="waterfall-time">{formatMs(ms)}</span>
        </li>
      ))}
    </ol>
  );
}

/** The start and length of each bar, as fractions of the whole. */
function barsOf(stagesMs: Stages) {
  const stages = Object.entries(stagesMs) as [keyof Stages, number][];
  const totalMs = stages.reduce((sum, [, ms]) => sum + ms, 0) || 1;
  let startMs = 0;
  return stages.map(([stage, ms]) => {
    const start = startMs / totalMs;
    startMs += ms;
    return { stage, ms, start, share: ms / totalMs };
  });
}
