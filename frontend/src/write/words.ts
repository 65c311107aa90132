/** What the desk says of a post. */
import type { DraftSummary } from '../api/types';
import { clock, dayAfter, dayOf, weekday } from '../todos/dates';

const MINUTE_MS = 60_000;

export const countedWords = (count: number): string =>
  `${count.toLocaleString('en')} ${count === 1 ? 'word' : 'words'}`;

function long(moment: Date, now: Date, zone: { timeZone?: string } = {}): string {
  const yearOf = (date: Date) => date.toLocaleDateString('en-GB', { year: 'numeric', ...zone });
  return moment.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    ...(yearOf(moment) !== yearOf(now) && { year: 'numeric' }),
    ...zone,
  });
}

/** "just now", "08:41", "Tuesday", "2 November" */
export function ago(timestamp: string, now: Date): string {
  const moment = new Date(timestamp);
  if (now.getTime() - moment.getTime() < MINUTE_MS) return 'just now';
  const [day, today] = [dayOf(moment), dayOf(now)];
  if (day === today) return `at ${clock(moment)}`;
  return `on ${day > dayAfter(today, -6) ? weekday(moment) : long(moment, now)}`;
}

export function lineOf(
  { published_at, has_unpublished_changes, updated_at }: Omit<DraftSummary, 'title' | 'slug'>,
  now: Date,
): string {
  if (published_at === null) return `Draft, edited ${ago(updated_at, now)}`;
  // The day in UTC, which readers see.
  const published = `Published ${long(new Date(published_at), now, { timeZone: 'UTC' })}`;
  return has_unpublished_changes ? `${published}, changed since` : published;
}
