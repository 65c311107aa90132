/** The theme of this device; theme.js puts it on before the first paint. */

export type Theme = 'system' | 'light' | 'dark';

const NAME = 'theme';

export function readTheme(): Theme {
  try {
    const kept = localStorage.getItem(NAME);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

export function setTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === 'system') localStorage.removeItem(NAME);
    else localStorage.setItem(NAME, theme);
  } catch {
    // No storage: it holds for this page.
  }
}

/** Lets radio buttons of a page choose the theme. */
export function switchThemes(switches: Iterable<HTMLInputElement>): void {
  for (const each of switches) {
    each.checked = each.value === readTheme();
    each.addEventListener('change', () => setTheme(each.value as Theme));
  }
}
