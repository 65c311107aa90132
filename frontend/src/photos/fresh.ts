import { deviceTime } from '../ui/device-clock';

/** Whether something was signed less than `limit` milliseconds ago. A clock that was set since, either way, says no. */
export const isFresh = (signedAt: number, limit: number, now = deviceTime()): boolean =>
  Math.abs(now - signedAt) < limit;
