/** How fast it is; the page that loads the charts. */
export default function PerformancePage() {
  return <h1>Performance</h1>;
}
