import { useEffect, useState } from 'preact/hooks';
import type { DistributionReport, StatsReport, TimelineReport } from '../../src/stats/index.ts';
import { reconnects } from '../api/live.ts';
import { getDocument, messageOf } from '../api/request.ts';

interface Reports {
  stats: StatsReport;
  versions: StatsReport;
  timeline: TimelineReport;
  distribution: DistributionReport;
}

const refreshMs = 60_000;

/** The reports of a period, refreshed every minute; old ones stay until new ones arrive. */
export function useReports(since: string): { reports?: Reports; problem?: string } {
  const [state, setState] = useState<{ reports?: Reports; problem?: string }>({});
  const round = reconnects.value;
  useEffect(() => {
    const leaving = new AbortController();
    const load = () =>
      loadReports(since, leaving.signal).then(
        (reports) => setState({ reports }),
        (error) => {
          if (!leaving.signal.aborted) setState((old) => ({ ...old, problem: messageOf(error) }));
        },
      );
    void load();
    const timer = setInterval(load, refreshMs);
    return () => {
      leaving.abort();
      clearInterval(timer);
    };
  }, [since, round]);
  return state;
}

async function loadReports(since: string, signal: AbortSignal): Promise<Reports> {
  const get = <Report>(path: string, more = '') =>
    getDocument<Report>(`/v1/stats${path}?${new URLSearchParams({ since })}${more}`, { signal });
  const [stats, versions, timeline, distribution] = await Promise.all([
    get<StatsReport>('', '&by=stage'),
    get<StatsReport>('', '&by=version'),
    get<TimelineReport>('/timeline', '&buckets=60'),
    get<DistributionReport>('/distribution'),
  ]);
  return { stats, versions, timeline, distribution };
}
