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
      <h2 id="comparison-title">Version comparison</h2>
      {versions.length < 2 ? (
        <p class="soft">
          All images of this period were converted by {versions[0] ?? 'no version'}. When another
          version has converted images, both are compared here.
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
          Compared per megapixel because the image sizes differ: the median was{' '}
          {sizes.medianMegapixels.baseline.toFixed(1)} megapixels for the baseline and{' '}
          {sizes.medianMegapixels.candidate.toFixed(1)} for the candidate.
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
      <td>
        {verdict === 'undecided' ? <span class="soft">no significant difference</span> : verdict}
      </td>
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
  const hasBothSides = sides.baseline !== '' && sides.candidate !== '';
  useEffect(() => {
    if (!hasBothSides) return;
    const leaving = new AbortController();
    getDocument<CompareReport>(`/v1/stats/compare?${query}`, { signal: leaving.signal }).then(
      (report) => setState({ report }),
      (error) => {
        if (!leaving.signal.aborted) setState({ problem: messageOf(error) });
      },
    );
    return () => leaving.abort();
  }, [query, hasBothSides]);
  return state;
}
