/** What the desk says of a post. */
import type { DraftSummary } from '../api/types';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export const countedWords = (count: number): string =>
  `${count.toLocaleString('en')} ${count === 1 ? 'word' : 'words'}`;

export const clock = (moment: Date): string =>
  moment.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

export function dayOf(moment: Date, now: Date): string {
  const isThisYear = moment.getFullYear() === now.getFullYear();
  return moment.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    ...(!isThisYear && { year: 'numeric' }),
  });
}

/** "just now", "08:41", "Tuesday", "2 November" */
export function ago(timestamp: string, now: Date): string {
  const moment = new Date(timestamp);
  const passed = now.getTime() - moment.getTime();
  if (passed < MINUTE_MS) return 'just now';
  if (moment.toDateString() === now.toDateString()) return `at ${clock(moment)}`;
  if (passed < 6 * DAY_MS) return `on ${moment.toLocaleDateString('en-GB', { weekday: 'long' })}`;
  return `on ${dayOf(moment, now)}`;
}

export function lineOf(
  { published_at, has_unpublished_changes, updated_at }: Omit<DraftSummary, 'title' | 'slug'>,
  now: Date,
): string {
  if (published_at === null) return `Draft, edited ${ago(updated_at, now)}`;
  const published = `Published ${dayOf(new Date(published_at), now)}`;
  return has_unpublished_changes ? `${published}, changed since` : published;
}
