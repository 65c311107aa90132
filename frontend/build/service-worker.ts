/** Writes sw.js: the worker of src/offline/service-worker.js with the list of files that it keeps. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin, Rolldown } from 'vite';

const SOURCE = new URL('../src/offline/service-worker.js', import.meta.url);
const PAGE = 'todos/index.html';
const ALSO = ['/theme.js', '/favicon.svg'];

export function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const files = filesOf(bundle).map(name => `/${name}`);
        const kept = ['/todos/', ...ALSO, ...files.filter(name => name.startsWith('/assets/'))].sort();
        const version = createHash('sha256')
          .update(JSON.stringify(kept))
          .update(page(bundle))
          .digest('hex')
          .slice(0, 12);
        const source = readFileSync(SOURCE, 'utf8')
          .replace("'__VERSION__'", JSON.stringify(version))
          .replace("['__KEPT__']", JSON.stringify(kept));
        this.emitFile({ type: 'asset', fileName: 'sw.js', source });
      },
    },
  };
}

/** The page and all that it loads, now or later. */
function filesOf(bundle: Rolldown.OutputBundle): string[] {
  const found = new Set<string>();
  const follow = (name: string): void => {
    const file = bundle[name];
    if (!file || found.has(name)) return;
    found.add(name);
    if (file.type !== 'chunk') return;
    for (const next of [...file.imports, ...file.dynamicImports]) follow(next);
  };
  for (const name of page(bundle).matchAll(/\/(assets\/[^"']+)/g)) follow(name[1] ?? '');
  for (const name of Object.keys(bundle)) if (/\.woff2$/.test(name)) found.add(name);
  return [...found];
}

function page(bundle: Rolldown.OutputBundle): string {
  const html = bundle[PAGE];
  if (html?.type !== 'asset') throw new Error(`The build has no ${PAGE}`);
  return String(html.source);
}
