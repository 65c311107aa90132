// Builds in memory, weighs what each page loads (gzip), and fails where a page is over its budget.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

/** Kilobytes of script: at first, and with everything that a page may load later. */
const BUDGETS = {
    'index.html': { first: 3, all: 3, styles: 6 },
    '404.html': { first: 1, all: 1, styles: 6 },
    'todos/index.html': { first: 56, all: 61, styles: 9 },
    'sign-in/index.html': { first: 60, all: 60, styles: 6 },
    'sign-up/index.html': { first: 60, all: 60, styles: 6 },
    'reset/index.html': { first: 60, all: 60, styles: 6 },
    'account/index.html': { first: 55, all: 60, styles: 6 },
    'mailbox/index.html': { first: 15, all: 15, styles: 6 },
    'write/index.html': { first: 58, all: 58, styles: 9 },
};

/** The reader's pages are rendered by the application, which finds their files by the build's list of them. */
const READER = { page: 'the blog', budget: { first: 10, all: 10, styles: 9 } };

const built = await build({ logLevel: 'error', build: { write: false } });
if (Array.isArray(built) || !('output' in built)) throw new Error('Expected one build');
const files = new Map(built.output.map(file => [file.fileName, file]));

/** @param {string} name */
const kilobytes = name => {
    const file = files.get(name);
    if (!file) return 0;
    return gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }).length / 1024;
};

/**
 * @param {string[]} names
 * @param {boolean} withLater
 * @param {Set<string>} found
 */
function loaded(names, withLater, found = new Set()) {
    for (const name of names) {
        const file = files.get(name);
        if (found.has(name) || file?.type !== 'chunk') continue;
        found.add(name);
        loaded(withLater ? [...file.imports, ...file.dynamicImports] : file.imports, withLater, found);
    }
    return [...found];
}

/** @param {string[]} names */
const weigh = names => names.reduce((sum, name) => sum + kilobytes(name), 0);

const theme = gzipSync(readFileSync(new URL('../public/theme.js', import.meta.url))).length / 1024;

let isOver = false;
console.log(
    'page'.padEnd(22),
    'script'.padStart(14),
    'with later'.padStart(14),
    'styles'.padStart(12),
    '  (kB gzip / budget)',
);
for (const [page, budget] of Object.entries(BUDGETS)) judge(page, budget, assetsIn(page));
const listed = files.get('assets.json');
if (listed?.type !== 'asset') throw new Error('The build has no assets.json');
judge(
    READER.page,
    READER.budget,
    Object.values(JSON.parse(String(listed.source))).map(path => path.slice(1)),
);

/** @param {string} page */
function assetsIn(page) {
    const html = files.get(page);
    if (html?.type !== 'asset') throw new Error(`The build has no ${page}`);
    return [...String(html.source).matchAll(/"\/(assets\/[^"]+)"/g)].map(([, name = '']) => name);
}

/**
 * @param {string} page
 * @param {{ first: number, all: number, styles: number }} budget
 * @param {string[]} assets
 */
function judge(page, budget, assets) {
    const scripts = assets.filter(name => name.endsWith('.js'));
    const found = {
        first: theme + weigh(loaded(scripts, false)),
        all: theme + weigh(loaded(scripts, true)),
        styles: weigh(assets.filter(name => name.endsWith('.css'))),
    };
    const cells = /** @type {const} */ (['first', 'all', 'styles']).map(kind => {
        if (found[kind] > budget[kind]) isOver = true;
        const mark = found[kind] > budget[kind] ? '!' : ' ';
        return `${found[kind].toFixed(1)} / ${budget[kind]}${mark}`.padStart(14);
    });
    console.log(page.padEnd(22), ...cells);
}
if (isOver) {
    console.error('A page is over its budget (marked with !).');
    process.exitCode = 1;
}
