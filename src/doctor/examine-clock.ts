import type { Finding } from './finding.ts';

/** S3 rejects requests whose time is off by 15 minutes. */
const badMs = 5 * 60e3;
const noticeableMs = 10e3;

/** A time from another machine, and this machine's time at that moment. */
export interface RemoteTime {
  source: string;
  nowMs: number;
  localMs: number;
}

export function examineClock(times: RemoteTime[]): Finding[] {
  return times.map(({ source, nowMs, localMs }) => {
    const offMs = Math.abs(nowMs - localMs);
    const what =
      offMs < noticeableMs
        ? `this machine and the ${source} agree on the time`
        : `this machine's clock is ${Math.round(offMs / 1e3)} s ${localMs < nowMs ? 'behind' : 'ahead of'} the ${source}'s`;
    if (offMs < noticeableMs) return { subject: 'clock', state: 'good', what };
    const cure =
      'Synchronize the clock (NTP): requests are signed with the time, and S3 rejects them if it is off by 15 minutes.';
    return { subject: 'clock', state: offMs < badMs ? 'warning' : 'bad', what, cure };
  });
}
