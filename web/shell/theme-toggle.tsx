import { useState } from 'preact/hooks';

const themes = {
  system: { sign: '◐', next: 'light', name: 'system' },
  light: { sign: '○', next: 'dark', name: 'light' },
  dark: { sign: '●', next: 'system', name: 'dark' },
} as const;

type Theme = keyof typeof themes;

/** Light, dark, or the system's setting; remembered in this browser. */
export function ThemeToggle() {
  const [theme, setTheme] = useState(readTheme);
  const { sign, next, name } = themes[theme];
  return (
    <button
      type="button"
      aria-label={`Theme: ${name}. Switch to ${themes[next].name}`}
      title={`Theme: ${name}`}
      onClick={() => {
        writeTheme(next);
        setTheme(next);
      }}
    >
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}

function readTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

function writeTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset.theme;
  else dataset.theme = theme;
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // Storage may be blocked; the choice then lasts until the page is reloaded.
  }
}
