/** Due dates: a day, the same in every time zone, or a moment, which is shown by the person's own clock. */
import type { Todo } from '../api/types';

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

/** The day on which a todo is due where the person is, and ", 14:30" where it is due at a moment. */
export interface Due {
  day: Day;
  time: string;
}

export function dueOf({ due_on, due_at }: Pick<Todo, 'due_on' | 'due_at'>): Due | null {
  if (due_at) {
    const moment = new Date(due_at);
    return { day: dayOf(moment), time: `, ${clock(moment)}` };
  }
  return due_on ? { day: due_on, time: '' } : null;
}

/** Where a todo stands among those with a due date, as the API sorts them. */
export const dueKey = ({ due_on, due_at }: Todo): string =>
  due_at ?? (due_on ? `${due_on}T23:59:59.999Z` : '');

export type Urgency = 'late' | 'today' | 'later';

export function urgency(due: Day, today: Day): Urgency {
  return due < today ? 'late' : due === today ? 'today' : 'later';
}

/** "Today", "Tomorrow, 14:30", "Wed 25 Nov", "Overdue, Thursday". */
export const inWords = ({ day, time }: Due, today: Day): string => dayInWords(day, today) + time;

function dayInWords(due: Day, today: Day): string {
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

/** "14:30" today, else "Wed 25 Nov, 14:30". */
export function momentInWords(timestamp: string, today: Day): string {
  const moment = new Date(timestamp);
  const day = dayOf(moment);
  return day === today ? clock(moment) : `${short(day, today)}, ${clock(moment)}`;
}

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
