import { defineConfig } from 'vitest/config';
import { blogAssets } from './build/blog-assets.ts';
import { partials } from './build/partials.ts';
import { serviceWorker } from './build/service-worker.ts';

const PAGES = ['write', 'todos', 'sign-in', 'sign-up', 'reset', 'account', 'mailbox'];
const folders = Object.fromEntries(PAGES.map(page => [page, `${page}/index.html`]));

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [partials(), serviceWorker(), blogAssets()],
  build: {
    target: 'baseline-widely-available',
    // A data: address would need a hole in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: { front: 'index.html', lost: '404.html', blog: 'src/pages/blog.ts', ...folders },
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node', isolate: false },
});
