import { describe, expect, test } from 'vitest';
import type { Todo } from '../api/types';
import { aTodo } from '../testing/todos';
import { learnPage, nothingKnown } from './coverage';
import { type Filter, filterOf, type Sort, view } from './view';

const TODOS = [
  aTodo({ id: '01A', title: 'undated' }),
  aTodo({ id: '01B', title: 'later', due_on: '2026-12-01' }),
  aTodo({ id: '01C', title: 'done', completed: true, due_on: '2026-11-01' }),
  aTodo({ id: '01D', title: 'soon', due_at: '2026-11-22T22:30:00.000Z' }),
];

function shown(
  filter: Filter,
  sort: Sort,
  { todos = TODOS, next = null as string | null, before = new Map<string, Todo>() } = {},
) {
  const empty = nothingKnown();
  const known = learnPage(empty, {
    listing: 'all',
    page: { items: todos, next },
    after: '',
    asked: empty.todos,
  });
  return view({ known, todos: known.todos, filter, sort, before });
}

const titles = (...[filter, sort, more]: Parameters<typeof shown>) =>
  shown(filter, sort, more).rows.map(({ title }) => title);

test('the address says what is shown', () => {
  expect(['', '#/', '#/active', '#/completed', '#/nonsense'].map(filterOf)).toEqual([
    'all',
    'all',
    'active',
    'completed',
    'all',
  ]);
});

test('oldest first', () => {
  expect(titles('all', 'created')).toEqual(['undated', 'later', 'done', 'soon']);
  expect(titles('active', 'created')).toEqual(['undated', 'later', 'soon']);
  expect(titles('completed', 'created')).toEqual(['done']);
});

test('soonest due first: then the undated, then what is done', () => {
  expect(titles('all', 'due')).toEqual(['soon', 'later', 'undated', 'done']);
  expect(titles('active', 'due')).toEqual(['soon', 'later', 'undated']);
});

describe('a row in the hand', () => {
  const ticked = TODOS.map(todo => (todo.id === '01D' ? { ...todo, completed: true } : todo));
  const before = new Map([['01D', TODOS[3] as Todo]]);

  test('stays where it is when it is ticked', () => {
    expect(titles('all', 'due', { todos: ticked, before })).toEqual(['soon', 'later', 'undated', 'done']);
  });

  test('leaves a filter that it no longer passes', () => {
    expect(titles('active', 'due', { todos: ticked, before })).toEqual(['later', 'undated']);
  });
});

test('the count is exact only where all that is open has been read', () => {
  expect(shown('all', 'created')).toMatchObject({
    left: 3,
    done: 1,
    total: 4,
    isLeftExact: true,
    isWhole: true,
  });
  expect(shown('all', 'created', { next: 'more' })).toMatchObject({
    left: 3,
    isLeftExact: false,
    isWhole: false,
  });
});
