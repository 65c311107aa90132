import { expect, test } from 'vitest';
import { differences, type Piece } from './differences';

const marked = (pieces: Piece[]) =>
  pieces.map(({ text, isDifferent }) => (isDifferent ? `[${text}]` : text)).join('');
const both = (one: string, other: string) => differences(one, other).map(marked);

test('only the words that differ are marked', () => {
  expect(both('Call the plumber before ten', 'Call the plumber about the boiler')).toEqual([
    'Call the plumber [before ten]',
    'Call the plumber [about the boiler]',
  ]);
});

test('what one side has more is marked there alone', () => {
  expect(both('Pressure drops. Ask about the vessel.', 'Pressure drops.')).toEqual([
    'Pressure drops. [Ask about the vessel.]',
    'Pressure drops.',
  ]);
});

test('a word in the middle', () => {
  expect(both('the red house', 'the blue house')).toEqual(['the [red] house', 'the [blue] house']);
});

test('the same is not marked, and nothing in common is marked as a whole', () => {
  expect(both('same words', 'same words')).toEqual(['same words', 'same words']);
  expect(both('one', 'other')).toEqual(['[one]', '[other]']);
});

test('scripts without spaces have words too', () => {
  expect(both('牛乳を買う', '豆腐を買う')).toEqual(['[牛乳]を買う', '[豆腐]を買う']);
});

test('whatever is marked, no letter is lost', () => {
  const texts = ['', ' ', 'a b  c', 'a c', 'line one\nline two', '  led by spaces', '👩‍👩‍👧 family', 'b a c a b'];
  for (const one of texts) {
    for (const other of texts) {
      const [left, right] = differences(one, other);
      expect(left.map(({ text }) => text).join('')).toBe(one);
      expect(right.map(({ text }) => text).join('')).toBe(other);
    }
  }
});

test('two long notes are compared without filling the memory', () => {
  const one = 'a '.repeat(3_000);
  const other = 'b '.repeat(3_000);
  expect(both(one, other)[0]).toMatch(/^\[a a/);
});
