/**
 * Browsers open six connections to a server that speaks HTTP/1.1. The event stream takes one, and
 * one is left for everything else on the page.
 */
const maxOnHttp1 = 4;
/** Over HTTP/2, requests share a connection; the server accepts this many uploads. */
const maxOnHttp2 = 32;
const pauseMs = 2_000;

/** Runs as many requests at the same time as the server accepts, and fewer while it is busy. */
export function createPace() {
  const max = isHttp1() ? maxOnHttp1 : maxOnHttp2;
  let limit: number = max;
  let running = 0;
  return {
    get hasRoom() {
      return running < Math.floor(limit);
    },
    async run(work: () => Promise<void>): Promise<void> {
      running += 1;
      try {
        await work();
        limit = Math.min(max, limit + 0.25);
      } finally {
        running -= 1;
      }
    },
    /** Call when the server rejects a request because it is busy; resolves when to try again. */
    async slowDown(): Promise<void> {
      limit = Math.max(1, limit / 2);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    },
  };
}

function isHttp1(): boolean {
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return page?.nextHopProtocol === undefined || page.nextHopProtocol.startsWith('http/1');
}
