import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aTodo } from '../testing/todos';
import { dayAfter, dayOf, dueKey, dueOf, inWords, momentInWords, nextMonday, short, urgency } from './dates';

const zone = process.env.TZ;
afterEach(() => {
  process.env.TZ = zone;
});

describe.each([
  ['America/Los_Angeles', '2026-03-10'],
  ['Asia/Tokyo', '2026-03-10'],
  ['Pacific/Apia', '2026-03-10'],
  ['Asia/Kathmandu', '2026-03-10'],
  ['Pacific/Honolulu', '2026-03-10'],
  ['Pacific/Kiritimati', '2026-03-10'],
  // The clocks change on these days.
  ['America/Los_Angeles', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['Pacific/Auckland', '2026-04-05'],
  ['America/Nuuk', '2026-03-28'],
  ['America/Sao_Paulo', '2018-11-04'],
])('in %s, due on %s', (place, day) => {
  beforeEach(() => {
    process.env.TZ = place;
  });
  const due = () => dueOf(aTodo({ due_on: day })) ?? { day: '', time: '' };

  test('is that day, without a time', () => expect(due()).toEqual({ day, time: '' }));
  test('is due until the last moment of that day', () => {
    const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
    const end = new Date(year, month - 1, date + 1);
    const today = dayOf(new Date(end.getTime() - 1));
    const next = dayOf(end);
    expect([inWords(due(), today), urgency(due().day, today)]).toEqual(['Today', 'today']);
    expect([inWords(due(), next), urgency(due().day, next)]).toEqual(['Overdue, yesterday', 'late']);
  });
  test('a week later is a week later', () => expect(dayAfter(dayAfter(day, 7), -7)).toBe(day));
});

test.each([
  ['America/Los_Angeles', '2026-03-09', 'Tomorrow, 22:30'],
  ['Asia/Tokyo', '2026-03-10', 'Tomorrow, 14:30'],
  ['Asia/Kathmandu', '2026-03-10', 'Tomorrow, 11:15'],
])('in %s, a moment has the day and time of the clock there', (place, today, words) => {
  process.env.TZ = place;
  const todo = aTodo({ due_at: '2026-03-11T05:30:00.000Z' });
  expect(inWords(dueOf(todo) ?? { day: '', time: '' }, today)).toBe(words);
});

test.each([
  ['America/Nuuk', '2026-03-28', '22:30'],
  ['Asia/Kathmandu', '2026-03-30', 'Sun 29 Mar, 06:15'],
  ['Pacific/Auckland', '2026-03-29', '13:30'],
  ['America/Los_Angeles', '2026-03-29', 'Sat 28 Mar, 17:30'],
  ['Pacific/Apia', '2027-01-01', 'Sun 29 Mar 2026, 13:30'],
])('in %s on %s, a change of 00:30 UTC was at %s', (place, today, words) => {
  process.env.TZ = place;
  expect(momentInWords('2026-03-29T00:30:00.000Z', today)).toBe(words);
});

test('a day sorts as its last moment in UTC', () => {
  const keys = [
    dueKey(aTodo({ due_on: '2026-03-10' })),
    dueKey(aTodo({ due_at: '2026-03-10T09:00:00.000Z' })),
    dueKey(aTodo({ due_at: '2026-03-11T00:00:00.000Z' })),
  ];
  expect([...keys].sort()).toEqual([keys[1], keys[0], keys[2]]);
  expect(keys[0]).toBe('2026-03-10T23:59:59.999Z');
});

test('what an earlier version of this page kept on the device has no day', () => {
  const { due_on: _, ...kept } = aTodo();
  expect(dueOf(kept as ReturnType<typeof aTodo>)).toBeNull();
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
  expect(inWords({ day, time: '' }, '2026-11-21')).toBe(words);
  expect(urgency(day, '2026-11-21')).toBe(when);
});

test('the year is said where it is another one', () => {
  expect(short('2026-11-25', '2026-01-01')).toBe('Wed 25 Nov');
  expect(short('2025-11-25', '2026-01-01')).toBe('Tue 25 Nov 2025');
});
