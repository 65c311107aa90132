import { expect, test } from 'vitest';
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
