import { expect, test } from 'vitest';
import { inZone } from '../testing/places';
import { ago, countedWords, lineOf } from './words';

const NOW = new Date(2026, 10, 21, 9, 0, 0);
const at = (...moment: [number, number, number, number, number]) => new Date(...moment).toISOString();

test.each([
  [at(2026, 10, 21, 8, 59), 'at 08:59'],
  [NOW.toISOString(), 'just now'],
  [at(2026, 10, 17, 8, 0), 'on Tuesday'],
  [at(2026, 9, 2, 8, 0), 'on 2 October'],
  [at(2025, 9, 2, 8, 0), 'on 2 October 2025'],
])('%s was %s', (moment, words) => {
  expect(ago(moment, NOW)).toBe(words);
});

test('a week that lost an hour is a week', () =>
  inZone('America/Los_Angeles', () => {
    // The clocks went forward on the 8th: from Sunday 00:10 to the next Sunday 00:05 it is less than seven days.
    const now = new Date(2026, 2, 15, 0, 5);
    expect(ago(new Date(2026, 2, 8, 23, 50).toISOString(), now)).toBe('on 8 March');
    expect(ago(new Date(2026, 2, 10, 0, 0).toISOString(), now)).toBe('on Tuesday');
  }));

test.each(['America/Nuuk', 'Asia/Kathmandu', 'Pacific/Auckland', 'America/Los_Angeles', 'Pacific/Apia'])(
  'in %s, the day of a post is the one that readers see',
  zone =>
    inZone(zone, () => {
      const moment = { updated_at: '', has_unpublished_changes: false };
      const line = (published_at: string) =>
        lineOf({ ...moment, published_at }, new Date('2026-11-30T12:00:00Z'));
      expect(line('2026-11-29T23:30:00.000Z')).toBe('Published 29 November');
      expect(line('2026-11-30T00:30:00.000Z')).toBe('Published 30 November');
      expect(line('2025-12-31T23:30:00.000Z')).toBe('Published 31 December 2025');
    }),
);

test('a line says what readers see of the post', () => {
  const draft = {
    updated_at: at(2026, 10, 21, 8, 0),
    published_at: null,
    has_unpublished_changes: true,
  };
  const published = { ...draft, published_at: at(2026, 10, 2, 8, 0) };
  expect(lineOf(draft, NOW)).toBe('Draft, edited at 08:00');
  expect(lineOf(published, NOW)).toBe('Published 2 November, changed since');
  expect(lineOf({ ...published, has_unpublished_changes: false }, NOW)).toBe('Published 2 November');
});

test.each([
  [0, '0 words'],
  [1, '1 word'],
  [1_200, '1,200 words'],
])('%i is %s', (count, words) => {
  expect(countedWords(count)).toBe(words);
});
