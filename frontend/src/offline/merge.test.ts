import { describe, expect, test } from 'vitest';
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

describe('a due date is one thing in two fields', () => {
  const seen = { due_on: null, due_at: null };
  const mine = { due_on: '2026-03-10', due_at: null };

  test('a day goes on top where no one else has set a due date', () => {
    expect(merge(seen, mine, aTodo())).toEqual({ rest: mine, clashing: [] });
  });

  test('a day here and a moment elsewhere are a choice', () => {
    const theirs = aTodo({ due_at: '2026-03-12T09:00:00.000Z' });
    expect(merge(seen, mine, theirs)).toEqual({ rest: {}, clashing: ['due_on', 'due_at'] });
  });

  test('a day instead of a moment takes the moment away', () => {
    const theirs = aTodo({ due_at: '2026-03-12T09:00:00.000Z' });
    const before = { due_on: null, due_at: theirs.due_at };
    expect(merge(before, mine, theirs)).toEqual({ rest: mine, clashing: [] });
  });

  test('a change that an earlier version of this page kept goes on top', () => {
    const moment = '2026-03-11T06:59:59.999Z';
    expect(merge({ due_at: null }, { due_at: moment }, aTodo())).toEqual({
      rest: { due_at: moment },
      clashing: [],
    });
  });
});
