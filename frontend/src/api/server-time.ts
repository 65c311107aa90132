/**
 * The server's time, also where this device's clock is wrong. AWS refuses a signature that is off by 15 minutes, DynamoDB by 5.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */

import { deviceTime } from '../ui/device-clock';

export type ServerTime = ReturnType<typeof createServerTime>;

/** `Date` has whole seconds and arrives late, so a smaller difference says nothing about the device's clock. */
const SMALLEST_MS = 60_000;

export function createServerTime(device: () => number = deviceTime) {
  let offset = 0;
  const listeners = new Set<() => void>();
  return {
    now: (): Date => new Date(device() + offset),
    /** Takes the `Date` header of an answer that has just come from a server, not from a cache. */
    learn(date: string | null): void {
      const moment = Date.parse(date ?? '');
      if (Number.isNaN(moment)) return;
      const before = offset;
      const found = moment - device();
      offset = Math.abs(found) < SMALLEST_MS ? 0 : found;
      if (Math.abs(offset - before) >= SMALLEST_MS) for (const listener of [...listeners]) listener();
    },
    /** Calls back when `now` has moved by a minute or more; returns how to end that. */
    onCorrection(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** As Signature Version 4 writes a moment: 20261129T035000Z. */
export const signingTime = (moment: Date): string => moment.toISOString().replace(/[:-]|\.\d{3}/g, '');
