/**
 * The server's time, also where this device's clock is wrong. AWS refuses a signature that is off by 15 minutes, DynamoDB by 5.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */

export type ServerTime = ReturnType<typeof createServerTime>;

export function createServerTime(deviceTime: () => number = Date.now) {
  let offset = 0;
  return {
    now: (): Date => new Date(deviceTime() + offset),
    /** Takes the `Date` header of an answer that has just come from a server, not from a cache. */
    learn(date: string | null): void {
      const moment = Date.parse(date ?? '');
      if (!Number.isNaN(moment)) offset = moment - deviceTime();
    },
  };
}

/** As Signature Version 4 writes a moment: 20261129T035000Z. */
export const signingTime = (moment: Date): string => moment.toISOString().replace(/[:-]|\.\d{3}/g, '');
