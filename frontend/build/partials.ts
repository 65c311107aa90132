/** Puts `<!-- partial: name -->` of a page in from src/ui/partials, so that all pages share one head. */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const FOLDER = new URL('../src/ui/partials/', import.meta.url);
const PLACE = /<!-- partial: ([a-z]+) -->/g;

export function partials(): Plugin {
  return {
    name: 'partials',
    transformIndexHtml: {
      order: 'pre',
      handler: html =>
        html.replace(PLACE, (_, name: string) =>
          readFileSync(new URL(`${name}.html`, FOLDER), 'utf8').trim(),
        ),
    },
  };
}
