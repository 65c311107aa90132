/** Lets the list open without a network. */
export function registerServiceWorker(): void {
  if (import.meta.env.PROD && 'serviceWorker' in navigator) {
    // Without it the page only needs the network to open.
    navigator.serviceWorker.register('/sw.js').catch(() => undefined);
  }
}
