/** Places whose clocks are hard: quarters of an hour, the first and the last days of the world, clocks that change. */

/** A time zone, and a moment on a day on which its clocks change, if they do. */
export const PLACES = [
  ['America/Nuuk', '2026-03-29T06:30:00Z'],
  ['America/Nuuk', '2026-10-24T12:00:00Z'],
  ['Asia/Kathmandu', '2026-11-29T12:00:00Z'],
  ['Pacific/Auckland', '2026-04-05T10:00:00Z'],
  ['Pacific/Auckland', '2026-09-26T20:00:00Z'],
  ['America/Los_Angeles', '2026-03-08T20:00:00Z'],
  ['America/Los_Angeles', '2026-11-01T20:00:00Z'],
  ['Pacific/Apia', '2026-11-29T12:00:00Z'],
] as const;

const MINUTE = 60_000;

/** By how much clocks of devices are wrong, in milliseconds. */
export const WRONG_BY = [0, 20 * MINUTE, -20 * MINUTE, 1_440 * MINUTE, -1_440 * MINUTE];

/** Runs the work with the device's clock in that place. */
export async function inZone(zone: string, work: () => void | Promise<void>): Promise<void> {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    await work();
  } finally {
    process.env.TZ = before ?? 'UTC';
  }
}

/** The day in that zone, by the rules of the zone itself. */
export const dayIn = (zone: string, moment: number): string =>
  new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(moment);
