import { describe, expect, test } from 'vitest';
import { createServerTime } from '../api/server-time';
import { aClock } from '../testing/clock';
import { dayIn, inZone, PLACES, WRONG_BY } from '../testing/places';
import { dayOf } from './dates';
import { followDay } from './today';

const HOUR = 3_600_000;

/** A page on a device whose clock is wrong; `days` are those that it has shown. */
function aPage(moment: number, wrongBy: number) {
  const clock = aClock(moment + wrongBy);
  const time = createServerTime(clock.now);
  const days: string[] = [];
  const day = followDay({ time, later: clock.later, onDay: date => days.push(dayOf(date)) });
  const now = () => clock.now() - wrongBy;
  return { clock, days, ...day, now, answer: () => time.learn(new Date(now()).toUTCString()) };
}

describe.each(PLACES)('in %s, on the day of %s', (zone, date) => {
  const moment = Date.parse(date);

  test.each(WRONG_BY)('today is the day there by the server’s time, with a clock wrong by %i ms', wrongBy =>
    inZone(zone, () => {
      const page = aPage(moment, wrongBy);
      page.answer();
      expect(page.days.at(-1)).toBe(dayIn(zone, moment));
    }),
  );

  test.each(WRONG_BY)('each midnight is followed, also that of a long and a short day: %i ms', wrongBy =>
    inZone(zone, async () => {
      const page = aPage(moment, wrongBy);
      page.answer();
      for (let hour = 0; hour < 60; hour += 1) {
        await page.clock.pass(HOUR);
        // Midnights are looked at a second late.
        expect(page.days.at(-1)).toBe(dayIn(zone, page.now() - 2_000));
      }
    }),
  );
});

test('until a server has answered, the day is that of the device', () => {
  const moment = Date.parse('2026-11-29T12:00:00Z');
  expect(aPage(moment, 24 * HOUR).days).toEqual([dayOf(new Date(moment + 24 * HOUR))]);
});

test('a look that comes too early for midnight looks again', async () => {
  // given a clock that the server puts back by two minutes just before the device's midnight
  const midnight = new Date(2026, 10, 30).getTime();
  const page = aPage(midnight - 180_000, 120_000);
  await page.clock.pass(30_000);
  page.answer();
  // when the day of the server's time begins
  await page.clock.pass(155_000);
  // then it is shown
  expect(page.days.at(-1)).toBe('2026-11-30');
});

test('a page that is closed follows nothing', async () => {
  const page = aPage(Date.parse('2026-11-29T12:00:00Z'), 24 * HOUR);
  page.end();
  page.answer();
  await page.clock.pass(48 * HOUR);
  expect(page.days).toHaveLength(1);
});
