import { expect, test } from 'vitest';
import { aTodo } from '../testing/todos';
import { merge } from './merge';

test('fields that only we changed go on top', () => {
  const theirs = aTodo({ tags: ['urgent'] });
  expect(merge({ title: theirs.title }, { title: 'Ours' }, theirs)).toEqual({
    rest: { title: 'Ours' },
    clashing: [],
  });
});

test('a field that both changed is a choice', () => {
  const theirs = aTodo({ title: 'Theirs' });
  expect(merge({ title: 'Before' }, { title: 'Ours' }, theirs)).toEqual({ rest: {}, clashing: ['title'] });
});

test('a field that both changed to the same needs no choice', () => {
  const theirs = aTodo({ completed: true });
  expect(merge({ completed: false }, { completed: true }, theirs)).toEqual({ rest: {}, clashing: [] });
});

test('tags are the same when they say the same in the same order', () => {
  const theirs = aTodo({ tags: ['a', 'b'] });
  expect(merge({ tags: ['a', 'b'] }, { tags: ['a'] }, theirs).clashing).toEqual([]);
  expect(merge({ tags: ['b', 'a'] }, { tags: ['a'] }, theirs).clashing).toEqual(['tags']);
});

test('each field is judged by itself', () => {
  const theirs = aTodo({ title: 'Theirs', notes: 'same', due_at: null });
  const seen = { title: 'Before', notes: 'same', due_at: null };
  const mine = { title: 'Ours', notes: 'more', due_at: '2026-11-21T22:59:59.999Z' };
  expect(merge(seen, mine, theirs)).toEqual({
    rest: { notes: 'more', due_at: '2026-11-21T22:59:59.999Z' },
    clashing: ['title'],
  });
});
