/** Says something to screen readers, politely, in the region that every page has. */

let clearing = 0;

export function announce(text: string): void {
  const region = document.getElementById('announcer');
  if (!region) return;
  clearTimeout(clearing);
  // Only a change is read out, so the same words twice need the region emptied in between.
  region.textContent = '';
  requestAnimationFrame(() => {
    region.textContent = text;
  });
  clearing = window.setTimeout(() => {
    region.textContent = '';
  }, 10_000);
}
