import './version-comparison.css';
import { useEffect, useState } from 'preact/hooks';
import type { ComparedTimes, CompareReport } from '../../src/stats/index.ts';
import { getDocument, messageOf } from '../api/request.ts';

interface VersionComparisonProps {
  versions: readonly string[];
  since: string;
  baseline: string | null;
  candidate: string | null;
  onChange: (sides: { baseline: string; candidate: string }) => void;
}

/** States whether one version is faster than another, and in which stages. */
export function VersionComparison({ versions, since, ...chosen }: VersionComparisonProps) {
  // The version with more images is assumed to be the older one.
  const baseline = chosen.baseline ?? versions[0] ?? '';
  const candidate = chosen.candidate ?? versions.find((name) => name !== baseline) ?? '';
  const { report, problem } = useComparison({ baseline, candidate, since });
  const choose = (side: 'baseline' | 'candidate', version: string) => {
    const isSwap = version === (side === 'baseline' ? candidate : baseline);
    if (isSwap) chosen.onChange({ baseline: candidate, candidate: baseline });
    else chosen.onChange({ baseline, candidate, [side]: version });
  };
  const select = (label: string, side: 'baseline' | 'candidate', value: string) => (
    <label>
      <span class="soft">{label}</span>{' '}
      <select
        aria-label={`${label}: the ${side}`}
        value={value}
        onChange={({ currentTarget }) => choose(side, currentTarget.value)}
      >
        {versions.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <section
      class="card performance-panel performance-wide comparison"
      aria-labelledby="comparison-title"
    >
      <h2 id="comparison-title">Two versions</h2>
      {versions.length < 2 ? (
        <p class="soft">
          All images of this time were made by {versions[0] ?? 'nothing'}. As soon as another
          version has converted some, the two are compared here.
        </p>
      ) : (
        <>
          <p class="comparison-sides">
            {select('Is', 'candidate', candidate)} {select('faster than', 'baseline', baseline)}
          </p>
          {problem && <p role="alert">{problem}</p>}
          {report && <Report report={report} />}
        </>
      )}
    </section>
  );
}

function Report({ report }: { report: CompareReport }) {
  const { judgedBy, image, megapixel, sizes, stages } = report;
  const judged = judgedBy === 'image' ? image : megapixel;
  return (
    <>
      <p class="comparison-sentence">{judged.sentence}.</p>
      {judgedBy === 'megapixel' && sizes && (
        <p class="soft">
          Judged a megapixel, because the pictures are not alike: the median was{' '}
          {sizes.medianMegapixels.baseline.toFixed(1)} and then{' '}
          {sizes.medianMegapixels.candidate.toFixed(1)} megapixels.
        </p>
      )}
      <table>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col" class="number">
              Change
            </th>
            <th scope="col" class="number">
              Interval
            </th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {stages.map((stage) => (
            <StageRow key={stage.name} stage={stage} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function StageRow({ stage: { name, comparison } }: { stage: ComparedTimes }) {
  if (comparison.verdict === 'unknown') {
    return (
      <tr>
        <th scope="row">{name}</th>
        <td class="number">–</td>
        <td class="number">–</td>
        <td class="soft">{comparison.reason}</td>
      </tr>
    );
  }
  const { change, changeInterval, verdict } = comparison;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="number">{percent(change)}</td>
      <td class="number">
        {percent(changeInterval.low)} to {percent(changeInterval.high)}
      </td>
      <td>{verdict === 'undecided' ? <span class="soft">no difference shown</span> : verdict}</td>
    </tr>
  );
}

function percent(share: number): string {
  return share.toLocaleString('en-US', {
    style: 'percent',
    maximumFractionDigits: 0,
    signDisplay: 'exceptZero',
  });
}

function useComparison(sides: { baseline: string; candidate: string; since: string }) {
  const [state, setState] = useState<{ report?: CompareReport; problem?: string }>({});
  const query = new URLSearchParams(sides).toString();
  const isPossible = sides.baseline !== '' && sides.candidate !== '';
  useEffect(() => {
    if (!isPossible) return;
    const gone = new AbortController();
    getDocument<CompareReport>(`/v1/stats/compare?${query}`, { signal: gone.signal }).then(
      (report) => setState({ report }),
      (error) => {
        if (!gone.signal.aborted) setState({ problem: messageOf(error) });
      },
    );
    return () => gone.abort();
  }, [query, isPossible]);
  return state;
}
