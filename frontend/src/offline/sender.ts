/** Sends what waits, in order, from one tab at a time. */
import { type Change, isHeld, isOwnId } from './change';
import type { Connection } from './connection';
import { type DeliveryParts, deliver, type Outcome } from './deliver';
import type { Queue } from './queue';
import { tried } from './settle';

export interface SenderParts extends DeliveryParts {
  queue: Queue;
  connection: Connection;
  /** Runs the work while no other tab does. */
  alone(work: () => Promise<void>): Promise<void>;
  later(milliseconds: number, callback: () => void): () => void;
  now(): number;
  onSignedOut(): void;
  /** Everything that waited for the network has gone out. */
  onCaughtUp(count: number): void;
  /** The API is too busy until this moment, or no longer. */
  onBusy(until: number | null): void;
}

const AT_ONCE = 4;
const BUSY_SECONDS = 5;

export type Sender = ReturnType<typeof createSender>;

export function createSender(parts: SenderParts) {
  const { queue, connection, alone, later, now } = parts;
  let asked = false;
  let isRunning = false;
  let busyUntil: number | null = null;
  let callOff = () => {};
  // Counts what goes out after a time without the network; null while there was none.
  let sentSince: number | null = queue.stored.length > 0 ? 0 : null;

  function setBusy(until: number | null): void {
    if (busyUntil === until) return;
    busyUntil = until;
    parts.onBusy(until);
  }

  /** Sends one batch. Says whether to go on. */
  async function sendNext(): Promise<boolean> {
    let batch: Change[] = [];
    // Chosen and marked in one step, so that nothing is joined to what goes out.
    await queue.commit(waiting => {
      batch = nextBatch(waiting);
      const keys = batch.map(change => change.key);
      return tried(waiting, keys);
    });
    if (batch.length === 0) {
      caughtUp();
      return false;
    }
    const outcomes = await Promise.all(batch.map(change => deliver(change, parts)));
    let goOn = true;
    for (const outcome of outcomes) goOn = (await take(outcome)) && goOn;
    return goOn;
  }

  async function take(outcome: Outcome): Promise<boolean> {
    switch (outcome.kind) {
      case 'settled':
        connection.found();
        setBusy(null);
        if (outcome.sent && sentSince !== null) sentSince += 1;
        await queue.commit(outcome.settle, outcome.news);
        return true;
      case 'busy': {
        connection.found();
        const seconds = outcome.seconds ?? BUSY_SECONDS;
        setBusy(now() + seconds * 1000);
        callOff();
        callOff = later(seconds * 1000, retry);
        return false;
      }
      case 'unreachable':
        sentSince ??= 0;
        connection.lost();
        return false;
      case 'signed-out':
        parts.onSignedOut();
        return false;
    }
  }

  function caughtUp(): void {
    if (sentSince) parts.onCaughtUp(sentSince);
    sentSince = null;
  }

  async function drain(): Promise<void> {
    while (await sendNext()) {
      // On to the next batch.
    }
  }

  function retry(): void {
    callOff();
    setBusy(null);
    wake();
  }

  function wake(): void {
    asked = true;
    if (!isRunning) void run();
  }

  async function run(): Promise<void> {
    isRunning = true;
    try {
      while (asked) {
        asked = false;
        if (connection.isReachable && busyUntil === null) await alone(drain);
      }
    } finally {
      isRunning = false;
    }
  }

  return {
    /** There may be something to send. */
    wake,
    /** Does not wait any longer for a busy API. */
    retry,
  };
}

/**
 * What can go out now: one at a time where the order shows, several at once where it cannot. What concerns a
 * todo with an open question waits for the answer.
 */
export function nextBatch(waiting: Change[]): Change[] {
  const batch: Change[] = [];
  const taken = new Set<string>();
  const inQuestion = new Set<string>();
  for (const change of waiting) {
    if (isHeld(change)) {
      if (change.kind === 'edit' && change.refused === undefined) inQuestion.add(change.todo);
      continue;
    }
    if (change.kind === 'create' || change.kind === 'clear') return batch.length > 0 ? batch : [change];
    if (isOwnId(change.todo) || inQuestion.has(change.todo)) continue;
    if (taken.has(change.todo) || batch.length === AT_ONCE) return batch;
    taken.add(change.todo);
    batch.push(change);
  }
  return batch;
}
