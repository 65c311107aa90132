/** Whether the API can be reached. Only calls tell: a laptop without a network still reaches itself. */

export interface ConnectionParts {
  /** Asks for a small answer; rejects when there is none. */
  probe(): Promise<unknown>;
  /** Calls back after so many milliseconds; returns how to call that off. */
  later(milliseconds: number, callback: () => void): () => void;
}

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;

export type Connection = ReturnType<typeof createConnection>;

export function createConnection({ probe, later }: ConnectionParts) {
  let reachable = true;
  let failures = 0;
  let callOff = () => {};
  const listeners = new Set<(reachable: boolean) => void>();

  function set(now: boolean): void {
    if (reachable === now) return;
    reachable = now;
    for (const listener of listeners) listener(now);
  }

  function lost(): void {
    set(false);
    callOff();
    callOff = later(Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS), check);
    failures += 1;
  }

  async function check(): Promise<void> {
    callOff();
    await probe().then(() => set(true), lost);
  }

  return {
    get isReachable() {
      return reachable;
    },
    /** A call had no answer. */
    lost,
    /** A call was answered. */
    found(): void {
      failures = 0;
      callOff();
      // The call may have begun before the network went: ask once more before believing its answer.
      if (!reachable) void check();
    },
    /** Finds out now, for instance because the browser says that the network has gone or come back. */
    check,
    listen(listener: (reachable: boolean) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
