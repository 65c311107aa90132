/* Audits the pages named on the command line, as a phone on a slow network sees them, and fails below the best score.
 * CHROMIUM names the browser. `node audit.mjs http://127.0.0.1:8080/blog/` */
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';

const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'];
const FLAGS = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
];
const BEST = 100;
const TRIES = 2;

const pages = process.argv.slice(2);
const browser = await launch({
    chromePath: process.env.CHROMIUM || undefined,
    chromeFlags: FLAGS,
});
let isBelow = false;
try {
    console.log('page'.padEnd(44), CATEGORIES.map(name => name.padStart(15)).join(''));
    for (const page of pages) {
        const { scores, failed } = await best(page);
        console.log(
            new URL(page).pathname.padEnd(44),
            scores.map(score => String(score).padStart(15)).join(''),
        );
        for (const line of failed) console.log(`  ${line}`);
        if (scores.some(score => score < BEST)) isBelow = true;
    }
} finally {
    await browser.kill();
}
if (isBelow) process.exitCode = 1;

/** Time is measured on a machine that may be busy with other things, so a page may try again. */
async function best(page) {
    for (let left = TRIES; ; left -= 1) {
        const found = await audit(page);
        if (left === 1 || found.scores.every(score => score >= BEST)) return found;
    }
}

async function audit(page) {
    const result = await lighthouse(page, { port: browser.port, output: 'json', onlyCategories: CATEGORIES });
    const { categories, audits } = result.lhr;
    const scored = CATEGORIES.flatMap(name => categories[name].auditRefs).filter(({ weight }) => weight > 0);
    return {
        scores: CATEGORIES.map(name => Math.round(categories[name].score * 100)),
        failed: scored
            .map(({ id }) => audits[id])
            .filter(({ score }) => score !== null && score < 0.9)
            .map(({ id, displayValue = '' }) => `${id} ${displayValue}`),
    };
}
