import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dayAfter, dayOf, dueDay, endOfDay, inWords, nextMonday, short, urgency } from './dates';

const zone = process.env.TZ;
afterEach(() => {
  process.env.TZ = zone;
});

describe.each([
  ['UTC', '2026-11-21', '2026-11-21T23:59:59.999Z'],
  ['America/New_York', '2026-11-21', '2026-11-22T04:59:59.999Z'],
  ['Asia/Kolkata', '2026-11-21', '2026-11-21T18:29:59.999Z'],
  ['Pacific/Kiritimati', '2026-11-21', '2026-11-21T09:59:59.999Z'],
  // The clocks change on these days.
  ['Europe/Berlin', '2026-10-25', '2026-10-25T22:59:59.999Z'],
  ['America/Sao_Paulo', '2018-11-04', '2018-11-05T01:59:59.999Z'],
])('in %s', (place, day, end) => {
  beforeEach(() => {
    process.env.TZ = place;
  });

  test('a day ends when it ends there', () => expect(endOfDay(day)).toBe(end));
  test('and comes back as the same day', () => expect(dueDay(end)).toBe(day));
  test('a week later is a week later', () => expect(dayAfter(dayAfter(day, 7), -7)).toBe(day));
});

test.each(['', '2026-02-30', '2026-13-01', 'soon', '2026-11'])('%j is no day', text => {
  expect(endOfDay(text)).toBeNull();
});

test('a day is written as date fields write it', () => {
  expect(dayOf(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05');
});

test('next Monday is never today', () => {
  expect(nextMonday('2026-11-21')).toBe('2026-11-23');
  expect(nextMonday('2026-11-23')).toBe('2026-11-30');
  expect(nextMonday('2026-11-22')).toBe('2026-11-23');
});

test.each([
  ['2026-11-21', 'Today', 'today'],
  ['2026-11-22', 'Tomorrow', 'later'],
  ['2026-11-25', 'Wed 25 Nov', 'later'],
  ['2027-01-04', 'Mon 4 Jan 2027', 'later'],
  ['2026-11-20', 'Overdue, yesterday', 'late'],
  ['2026-11-19', 'Overdue, Thursday', 'late'],
  ['2026-11-15', 'Overdue, Sunday', 'late'],
  ['2026-11-14', 'Overdue, Sat 14 Nov', 'late'],
])('on 21 November, %s is %j', (day, words, when) => {
  expect(inWords(day, '2026-11-21')).toBe(words);
  expect(urgency(day, '2026-11-21')).toBe(when);
});

test('the year is said where it is another one', () => {
  expect(short('2026-11-25', '2026-01-01')).toBe('Wed 25 Nov');
  expect(short('2025-11-25', '2026-01-01')).toBe('Tue 25 Nov 2025');
});
