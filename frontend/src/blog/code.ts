/** A button at every block of code that copies it. */
import { element } from './elements';

const SAID_MS = 2_000;

export function addCopyButton(block: HTMLElement): void {
  const code = block.querySelector('pre');
  const bar = block.querySelector('figcaption');
  if (!code || !bar || !navigator.clipboard) return;
  const label = `Copy ${code.getAttribute('aria-label')?.toLowerCase() ?? 'code'}`;
  const said = element('span', { 'aria-live': 'polite' }, 'Copy');
  const button = element('button', { type: 'button', title: label }, said);
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(code.textContent.trimEnd()).then(
      () => say('Copied'),
      () => say('Not copied'),
    );
  });
  function say(word: string): void {
    said.textContent = word;
    setTimeout(() => {
      said.textContent = 'Copy';
    }, SAID_MS);
  }
  bar.append(button);
}
