import './tokens.css';
import './base.css';
import './app.css';
import { lazy, Suspense } from 'preact/compat';
import { useEffect } from 'preact/hooks';
import { Link, Route, Switch, useLocation } from 'wouter-preact';
import { about } from '../api/about.ts';
import { serverVersion } from '../api/live.ts';
import { DropAnywhere } from '../drop/drop-anywhere.tsx';
import { DropPage } from '../drop/drop-page.tsx';
import { ImagesPage } from '../images/images-page.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { ThemeToggle } from './theme-toggle.tsx';

/** Charts are larger than everything else, so they are loaded only on their page. */
const PerformancePage = lazy(() => import('../performance/performance-page.tsx'));

const pages = [
  { path: '/', name: 'Drop', Page: DropPage },
  { path: '/images', name: 'Images', Page: ImagesPage },
  { path: '/performance', name: 'Performance', Page: PerformancePage },
] as const;

export function App() {
  return (
    <>
      <a class="button skip-link" href="#main">
        Skip to content
      </a>
      <Header />
      <ConnectionBanner />
      <main id="main" class="main" tabIndex={-1}>
        <Suspense fallback={<p class="soft">Loading …</p>}>
          <Switch>
            {pages.map(({ path, Page }) => (
              <Route key={path} path={path} component={Page} />
            ))}
            <Route component={NotFoundPage} />
          </Switch>
        </Suspense>
      </main>
      <Footer />
      <DropAnywhere />
    </>
  );
}

function Header() {
  const [location] = useLocation();
  const page = pages.find(({ path }) => path === location);
  useEffect(() => {
    document.title = page ? `${page.name} · Grayscale` : 'Grayscale';
  }, [page]);
  return (
    <header class="header">
      <Link class="brand" href="/" aria-label="Grayscale: home">
        <BrandIcon />
        <span class="brand-name">Grayscale</span>
      </Link>
      <nav class="nav" aria-label="Pages">
        {pages.map(({ path, name }) => (
          <Link key={path} href={path} aria-current={path === location ? 'page' : undefined}>
            {name}
          </Link>
        ))}
      </nav>
      <ThemeToggle />
    </header>
  );
}

function BrandIcon() {
  return (
    <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
      <circle cx="16" cy="16" r="14" fill="none" stroke="currentColor" stroke-width="2" />
      <path d="M16 2a14 14 0 0 1 0 28z" fill="currentColor" />
      <path d="M16 2v28A14 14 0 0 1 8 4.5z" fill="currentColor" fill-opacity="0.5" />
    </svg>
  );
}

function Footer() {
  const server = about.value;
  return (
    <footer class="footer">
      {serverVersion.value && <span>Version {serverVersion.value}</span>}
      {server?.bucket && (
        <span>
          <code>{server.bucket}</code> to <code>{server.outputPrefix}</code>, {server.recipe.text}
        </span>
      )}
      <a href="/docs">API</a>
    </footer>
  );
}

function NotFoundPage() {
  return (
    <>
      <h1>Page not found</h1>
      <p>
        <Link href="/">Upload images</Link>, or <Link href="/images">see their outcomes</Link>.
      </p>
    </>
  );
}
