/** What the tabs of one browser must agree on, by Web Locks; and timers. */

/** Runs the work once no other tab is at it. */
export async function alone(name: string, work: () => Promise<void>): Promise<void> {
  await navigator.locks.request(name, work);
}

/** Runs the work unless another tab is at it. */
export async function ifFree(name: string, work: () => Promise<void>): Promise<void> {
  await navigator.locks.request(name, { ifAvailable: true }, async lock => {
    if (lock) await work();
  });
}

export function later(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}
