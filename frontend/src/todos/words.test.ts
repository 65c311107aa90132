import { describe, expect, test } from 'vitest';
import { aTodo } from '../testing/todos';
import { counted, lede, plural, quoted } from './words';

const TODAY = '2026-11-21';
const due = (day: string) => aTodo({ due_on: day });

describe('the line under the date', () => {
  test('counts what is due in words', () => {
    expect(lede([due(TODAY), due(TODAY), due('2026-11-19'), due('2026-12-01')], TODAY, true)).toBe(
      'Two for today, one overdue.',
    );
    expect(lede([due('2026-11-19')], TODAY, true)).toBe('One overdue.');
    expect(lede(Array(13).fill(due(TODAY)), TODAY, true)).toBe('13 for today.');
  });

  test('does not count what is done', () => {
    expect(lede([{ ...due(TODAY), completed: true }, aTodo()], TODAY, true)).toBe('Nothing is due today.');
  });

  test('knows a clear day from a finished one', () => {
    expect(lede([], TODAY, true)).toBe('A clear day.');
    expect(lede([aTodo({ completed: true })], TODAY, true)).toBe('That was everything.');
  });

  test('claims no more than it knows', () => {
    expect(lede([due(TODAY)], TODAY, false)).toBe('At least one for today.');
    expect(lede([aTodo()], TODAY, false)).toBe('A long list. More of it comes as you scroll.');
  });
});

test('one is one and all else are many', () => {
  expect([0, 1, 2].map(count => counted(count, 'item'))).toEqual(['0 items', '1 item', '2 items']);
  expect(plural(2, 'is', 'are')).toBe('are');
});

test('a long title is cut between characters, never within one', () => {
  expect(quoted('Buy stamps')).toBe('“Buy stamps”');
  const family = '👩‍👩‍👧';
  expect(quoted('a'.repeat(59) + family)).toBe(`“${'a'.repeat(59)}…”`);
});
