/** Does the work whenever the person comes back to this page: from another tab, another window, or by Back. */
export function whenLookedAt(work: () => Promise<void>): void {
  let isAtWork = false;

  async function onLook(): Promise<void> {
    // One return causes several events.
    if (isAtWork || document.visibilityState === 'hidden') return;
    isAtWork = true;
    try {
      await work();
    } finally {
      isAtWork = false;
    }
  }

  document.addEventListener('visibilitychange', () => void onLook());
  addEventListener('focus', () => void onLook());
  addEventListener('pageshow', ({ persisted }) => persisted && void onLook());
}
