/** Due dates. A person picks a day; the API keeps a moment: the last one of that day where the person is. */

/** A day as date fields write it: 2026-11-21. */
export type Day = string;

const LOCALE = 'en-GB';
const pad = (number: number, length = 2): string => String(number).padStart(length, '0');

export const dayOf = (date: Date): Day =>
  `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;

export function dayAfter(day: Day, days: number): Day {
  const date = startOf(day);
  date.setDate(date.getDate() + days);
  return dayOf(date);
}

export function nextMonday(day: Day): Day {
  const weekday = startOf(day).getDay();
  return dayAfter(day, (8 - weekday) % 7 || 7);
}

/** The last moment of a day, in UTC; null where the text is no day. */
export function endOfDay(day: Day): string | null {
  const date = startOf(day);
  if (Number.isNaN(date.getTime()) || dayOf(date) !== day) return null;
  date.setHours(23, 59, 59, 999);
  return date.toISOString();
}

export const dueDay = (dueAt: string): Day => dayOf(new Date(dueAt));

export type Urgency = 'late' | 'today' | 'later';

export function urgency(due: Day, today: Day): Urgency {
  return due < today ? 'late' : due === today ? 'today' : 'later';
}

/** "Today", "Tomorrow", "Wed 25 Nov", "Overdue, Thursday". */
export function inWords(due: Day, today: Day): string {
  if (due === today) return 'Today';
  if (due === dayAfter(today, 1)) return 'Tomorrow';
  if (due > today) return short(due, today);
  if (due === dayAfter(today, -1)) return 'Overdue, yesterday';
  return due > dayAfter(today, -7) ? `Overdue, ${weekday(startOf(due))}` : `Overdue, ${short(due, today)}`;
}

export const weekday = (date: Date): string => date.toLocaleDateString(LOCALE, { weekday: 'long' });

export const dayAndMonth = (date: Date): string =>
  date.toLocaleDateString(LOCALE, { day: 'numeric', month: 'long' });

export const clock = (date: Date): string =>
  date.toLocaleTimeString(LOCALE, { hour: '2-digit', minute: '2-digit' });

/** "Wed 25 Nov", with the year where it is another one. */
export function short(day: Day, today: Day): string {
  const date = startOf(day);
  const words = [
    date.toLocaleDateString(LOCALE, { weekday: 'short' }),
    date.getDate(),
    date.toLocaleDateString(LOCALE, { month: 'short' }),
  ];
  if (day.slice(0, 4) !== today.slice(0, 4)) words.push(date.getFullYear());
  return words.join(' ');
}

function startOf(day: Day): Date {
  const [year = Number.NaN, month = Number.NaN, date = Number.NaN] = day.split('-').map(Number);
  const start = new Date(year, month - 1, date);
  start.setFullYear(year);
  return start;
}
