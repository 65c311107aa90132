/** A clock that stands still until it is told to go on. */
export function aClock(start = 0) {
  let now = start;
  let timers: { at: number; callback: () => void }[] = [];
  return {
    now: () => now,
    later(milliseconds: number, callback: () => void): () => void {
      const timer = { at: now + milliseconds, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter(each => each !== timer);
      };
    },
    /** Lets time pass, and everything that follows from it happen. */
    async pass(milliseconds: number): Promise<void> {
      const end = now + milliseconds;
      for (;;) {
        const next = timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
        if (!next) break;
        timers = timers.filter(each => each !== next);
        now = next.at;
        next.callback();
        await settled();
      }
      now = end;
      await settled();
    },
  };
}

/** Everything that was promised and waits for nothing but its turn. */
export async function settled(): Promise<void> {
  await new Promise(setImmediate);
}
