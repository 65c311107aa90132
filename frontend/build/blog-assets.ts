/** Writes assets.json: where the reader's pages, which the application renders, find their style, script and font. */
import type { Plugin, Rolldown } from 'vite';

const ENTRY = 'blog';
const FONT = /\/newsreader-[^-/]*\.woff2$/;

export function blogAssets(): Plugin {
  return {
    name: 'blog-assets',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const source = `${JSON.stringify(assetsIn(bundle), null, 1)}\n`;
        this.emitFile({ type: 'asset', fileName: 'assets.json', source });
      },
    },
  };
}

function assetsIn(bundle: Rolldown.OutputBundle): Record<'style' | 'script' | 'font', string> {
  const files = Object.values(bundle);
  const script = files.find(file => file.type === 'chunk' && file.isEntry && file.name === ENTRY);
  const [style] = script?.type === 'chunk' ? (script.viteMetadata?.importedCss ?? []) : [];
  const font = files.find(({ fileName }) => FONT.test(`/${fileName}`) && !fileName.includes('italic'));
  if (!script || !style || !font)
    throw new Error('The build lacks the style, the script or the font of the blog');
  return { style: `/${style}`, script: `/${script.fileName}`, font: `/${font.fileName}` };
}
