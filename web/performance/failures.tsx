import { Link } from 'wouter-preact';
import type { StatsReport } from '../../src/stats/index.ts';
import { formatCount } from '../elements/units.ts';

/** Failures by code, with links to the images. */
export function Failures({ stats, since }: { stats: StatsReport; since: string }) {
  const { failures } = stats;
  return (
    <section class="card performance-panel" aria-labelledby="failures-title">
      <h2 id="failures-title">Failures and skips by code</h2>
      {failures.length === 0 ? (
        <p class="soft">None.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Code</th>
              <th scope="col">Status</th>
              <th scope="col" class="number">
                Images
              </th>
            </tr>
          </thead>
          <tbody>
            {failures.map(({ code, status, images }) => (
              <tr key={`${status} ${code}`}>
                <td>
                  <Link href={`/images?${new URLSearchParams({ status, code, since })}`}>
                    <code>{code}</code>
                  </Link>
                </td>
                <td>{status}</td>
                <td class="number">{formatCount(images)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
